package embedded

import (
	"strings"
	"unicode"
)

// tokens are the words of a text as Elasticsearch's standard analyzer takes them, nearly: runs of letters
// and digits in lower case, and each Chinese or Japanese character by itself, since these are written without spaces.
func tokens(text string) []string {
	var found []string
	start := -1
	end := func(at int) {
		if start >= 0 {
			found = append(found, strings.ToLower(text[start:at]))
		}
		start = -1
	}
	for i, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana):
			end(i)
			found = append(found, string(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) && start >= 0:
			if start < 0 {
				start = i
			}
		default:
			end(i)
		}
	}
	end(len(text))
	return found
}

// indexed is a text as it is given to the index of words.
func indexed(text string) string { return strings.Join(tokens(text), " ") }

// matching is the question of FTS5 for texts with all of these words, each a phrase of its tokens. Tokens hold
// nothing but letters and digits: there is nothing to escape.
func matching(words []string) string {
	var question strings.Builder
	for i, word := range words {
		if i > 0 {
			question.WriteString(" AND ")
		}
		question.WriteString(`"` + strings.Join(tokens(word), " ") + `"`)
	}
	return question.String()
}
