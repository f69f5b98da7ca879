package fault

// Kinds is the table of all faults. A file of drills names them; a new kind is a line here.
func Kinds() map[string]Kind {
	return map[string]Kind{
		"answers":             answersKind(),
		"black-hole":          blackHoleKind(),
		"break-off":           breakOffKind(),
		"cut":                 cutKind(),
		"group-forgotten":     forgottenKind(),
		"latency":             latencyKind(),
		"partitions-added":    widenedKind(),
		"reset":               resetKind(),
		"retention-overtakes": retentionKind(),
		"slice":               sliceKind(),
		"slow":                slowKind(),
		"topic-recreated":     recreatedKind(),
		"unwritable":          unwritableKind(),
	}
}
