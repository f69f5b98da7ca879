package fault

// Kinds is the table of all faults. A file of drills names them; a new kind is a line here.
func Kinds() map[string]Kind {
	return map[string]Kind{
		answersName:           answersKind(),
		"black-hole":          blackHoleKind(),
		"break-off":           breakOffKind(),
		"calm":                calmKind(),
		"connection-storm":    connectionStormKind(),
		"cut":                 cutKind(),
		"disk-full":           diskFullKind(),
		"few-files":           fewFilesKind(),
		"freeze-process":      freezeProcessKind(),
		"freeze-server":       freezeServerKind(),
		"group-forgotten":     forgottenKind(),
		"index-refuses":       refusingKind(),
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
		"slowloris":           slowlorisKind(),
		"small-memory":        smallMemoryKind(),
		"starve-cpu":          starveKind(),
		"topic-recreated":     recreatedKind(),
		"unwritable":          unwritableKind(),
	}
}
