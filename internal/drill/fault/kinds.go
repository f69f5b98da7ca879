package fault

// Kinds is the table of all faults. A file of drills names them; a new kind is a line here.
func Kinds() map[string]Kind {
	return map[string]Kind{
		"answers":             answersKind(),
		"black-hole":          blackHoleKind(),
		"break-off":           breakOffKind(),
		"cut":                 cutKind(),
		"few-files":           fewFilesKind(),
		"freeze-process":      freezeProcessKind(),
		"freeze-server":       freezeServerKind(),
		"group-forgotten":     forgottenKind(),
		"kill-process":        killProcessKind(),
		"kill-server":         killServerKind(),
		"latency":             latencyKind(),
		"partitions-added":    widenedKind(),
		"rebalance-storm":     stormKind(),
		"reset":               resetKind(),
		"retention-overtakes": retentionKind(),
		"rolling-restart":     rollingKind(),
		"slice":               sliceKind(),
		"slow":                slowKind(),
		"small-memory":        smallMemoryKind(),
		"starve-cpu":          starveKind(),
		"topic-recreated":     recreatedKind(),
		"unwritable":          unwritableKind(),
	}
}
