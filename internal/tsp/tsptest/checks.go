package tsptest

import "github.com/waybill-dev/waybill/internal/resource"

// checks is the grid's one side, in the order in which it is easiest to make them pass.
func checks() []check {
	return []check{
		{name: "spec", whole: checkSpec, still: true},
		{name: "settings", whole: checkSettings, still: true},
		{name: "connected", whole: checkConnected},
		{name: "uses", each: checkUses, still: true},
		{name: "written", each: checkWritten},
		{name: "switches", each: checkSwitches},
		{name: "fields", each: checkFields},
		{name: "our ids", each: checkOurIDs},
		{name: "patch", each: checkPatch, only: resource.Update},
		{name: "null", each: checkNull, only: resource.Update},
		{name: "texts", each: checkTexts},
		{name: "deterministic", each: checkDeterministic},
		{name: "golden", each: checkGolden},
		{name: "values", each: checkValues},
		{name: "undeclared", whole: checkUndeclared},
		{name: "missing", each: checkMissing},
		{name: "repeated", each: checkRepeated},
		{name: "lost answers", each: checkLostAnswers},
		{name: "late answers", each: checkLateAnswers},
		{name: "decoys", each: checkDecoys},
		{name: "rivals", each: checkRivals},
		{name: "clocks", each: checkClocks},
		{name: "crashes", each: checkCrashes},
		{name: "statuses", each: checkStatuses},
		{name: "replies", each: checkReplies},
		{name: "retry after", each: checkRetryAfter},
		{name: "unreadable", each: checkUnreadable},
		{name: "secrets", each: checkSecrets},
		{name: "redirects", each: checkRedirects},
		{name: "cancelled", each: checkCancelled},
		{name: "parallel", each: checkParallel},
		{name: "expired session", each: checkExpired},
		{name: "renewal", whole: checkRenewal},
		{name: "paced", each: checkPaced},
		{name: "at once", each: checkAtOnce},
		{name: "limits", each: checkLimits},
		{name: "panic", each: checkPanic},
		{name: "list", whole: checkList},
		{name: "list answers", whole: checkListAnswers},
		{name: "openapi", whole: checkOpenAPI},
	}
}
