package settings

// suggest is the known name that is at most two letters away, "" when there is none.
func (l *loader) suggest(word string, name func(Key) string) string {
	best, bestDistance := "", 3
	for _, k := range l.keys {
		if d := distance(word, name(k)); d < bestDistance {
			best, bestDistance = name(k), d
		}
	}
	return best
}

// didYouMean is a suggestion in words to append.
func didYouMean(suggested string) string {
	if suggested == "" {
		return ""
	}
	return ", did you mean " + suggested + "?"
}

// distance is how many letters must be added, dropped or changed to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
