package drill

import "sluice/internal/drill/report"

// Verdict is the worst of several. What cannot be had on a machine takes nothing from what held; where nothing held, and
// nothing failed, it is all that there is to say.
func Verdict(drills []report.Drill) report.Verdict {
	cannot, verdict := 0, report.Held
	for i := range drills {
		switch drills[i].Verdict {
		case report.Failed:
			return report.Failed
		case report.Stopped:
			verdict = report.Stopped
		case report.Cannot:
			cannot++
		case report.Held:
		}
	}
	if cannot > 0 && cannot == len(drills) {
		return report.Cannot
	}
	return verdict
}
