package tsptest

// flaw is one thing that the reference adapter does wrong on purpose.
type flaw string

// The flaws, each named after what it does.
const (
	incompleteSpec     flaw = "a limit has no source"
	unlabelled         flaw = "a setting has no label"
	trustsSettings     flaw = "a group that the TSP does not have is taken as it is"
	blamesNothing      flaw = "what the TSP does not have is refused, and nothing says which setting names it"
	blamesGroups       flaw = "a call that fails is taken for a group that the TSP does not have"
	accountDrifts      flaw = "the account has another key at each check"
	believesHosts      flaw = "a member that is no host says which host is called"
	wrongKeyRejected   flaw = "a first sign-in that is refused is called a refusal of the write"
	mute               flaw = "an error does not say what the TSP said"
	unreasoned         flaw = "dropped fields have no reason"
	inventsIDs         flaw = "the result names another record"
	remembersDropped   flaw = "the record that a vehicle leaves holds what was not sent"
	leavesNothing      flaw = "a message leaves no record"
	readsOtherwise     flaw = "a record that is read alone has another source than the one that is listed"
	readsNarrowly      flaw = "a member that is written is not read"
	mixesKinds         flaw = "a new vehicle is listed as a user too"
	namesNobody        flaw = "a message does not name its sender"
	excusesNothing     flaw = "a field that reads back is declared as one that does not"
	dropsInactive      flaw = "a vehicle that is inactive is written as any other, with a warning"
	losesDefects       flaw = "a defect that the TSP does not have is left out of an inspection"
	losesCounts        flaw = "the number of defects is left out of an inspection"
	mixesDefects       flaw = "an inspection holds the first of two defects alone"
	losesUnits         flaw = "the odometer of an inspection is sent and its unit is not"
	sendsDropped       flaw = "a dropped field is sent"
	ignoresCases       flaw = "a field is sent whatever the setting says"
	sendsOurIDs        flaw = "one of our ids is sent"
	clearsTheRest      flaw = "an update clears what it does not name"
	forgetsNull        flaw = "null is taken for absent"
	trimsTexts         flaw = "texts are trimmed"
	restless           flaw = "equal writes make different requests"
	changesHeader      flaw = "the requests are not those of the golden files"
	confusesValues     flaw = "a new vehicle that is inactive is grey"
	ignoresPreview     flaw = "what is to be previewed is sent"
	previewsOne        flaw = "the first request alone is previewed"
	previewsOtherwise  flaw = "another body is previewed than is sent"
	previewsWrites     flaw = "a request that writes is previewed as one that reads"
	previewsSecrets    flaw = "a preview tells the token"
	asksFirst          flaw = "a call is made before a write is found to be unsupported"
	missingIsRejected  flaw = "an unknown record is called a refusal"
	keyChanges         flaw = "the native key changes with the attempt"
	sureOfLoss         flaw = "a lost answer is taken for a call that was not made"
	doubtsLookUps      flaw = "a look-up without an answer is taken for a write that may have been made"
	looksBriefly       flaw = "a look-up passes over what was made seconds after the attempt"
	believesFirst      flaw = "what was not found once is not looked for again"
	ignoresSender      flaw = "a look-up takes the message of another sender"
	ignoresRecipient   flaw = "a look-up takes the message to another recipient"
	comparesBeginnings flaw = "a look-up takes a message that begins like its own"
	looksForEver       flaw = "a look-up takes a message of long ago"
	ignoresRivals      flaw = "a look-up takes what another operation sent"
	forgetsOpenRivals  flaw = "a look-up takes what another operation may have sent"
	countsEveryRival   flaw = "a look-up takes any operation for one that sent the same"
	adoptsAny          flaw = "a look-up tells the id of an equal message of another operation"
	adoptsTooSoon      flaw = "a look-up tells an id that the answer to an equal write under way may yet tell"
	trustsOwnClock     flaw = "a look-up takes the TSP's clock for ours"
	neverLooks         flaw = "a step that was begun is made again without looking"
	timeoutIsRejected  flaw = "a time-out is taken for a refusal"
	believesPages      flaw = "a firewall's page is taken for a refusal by the TSP"
	trustsAnyJSON      flaw = "any JSON object is taken for success"
	refusesUnchanged   flaw = "that there is nothing to change is taken for a refusal"
	failsDone          flaw = "that there is nothing to change is an error of class done"
	trustsErrors       flaw = "a refusal with status 200 is taken for success"
	waitsFor429Alone   flaw = "Retry-After is read only with status 429"
	wholeSeconds       flaw = "Retry-After is read as whole seconds"
	trustsCutOff       flaw = "half an answer is taken for success"
	expectsBrief       flaw = "an answer with the whole record is not understood"
	notesAnswers       flaw = "the result's note is the TSP's answer"
	tellsAnswers       flaw = "an error tells the TSP's whole answer"
	tellsToken         flaw = "an error tells the token"
	followsRedirects   flaw = "redirects are followed"
	ignoresCancel      flaw = "a write cannot be given up"
	leaksGoroutines    flaw = "a write that is given up leaves a goroutine"
	renewsTheNew       flaw = "a session that somebody else renewed is renewed again"
	renewsForEver      flaw = "a session is renewed as often as it is refused"
	doubtsSignIn       flaw = "a sign-in without an answer is taken for a write that may have been made"
	usesUnstored       flaw = "a new token is used before it is stored"
	impatient          flaw = "only the first call of a write waits for its budget"
	crowds             flaw = "a call makes room for another before it is answered"
	overstates         flaw = "the spec allows more calls than the TSP"
	paysForOthers      flaw = "the action declares the limit of calls that it does not make"
	unlimited          flaw = "the simulator enforces no limits"
	unstated           flaw = "the simulator refuses for a limit that its TSP does not state"
	survivesPanics     flaw = "a panic in an encoder becomes a refusal"
	skipsRecords       flaw = "a list leaves out a record"
	retriesLongLists   flaw = "a list that is too long is called unavailable"
	trustsCutOffLists  flaw = "half a list is taken for the whole"
	sendsUndocumented  flaw = "a member is sent that the TSP does not document"
)

// flaws says which check each flaw must fail, and no other.
func flaws() map[flaw]string {
	return map[flaw]string{
		incompleteSpec: "spec", unlabelled: "settings", trustsSettings: "settings ids", blamesNothing: "settings ids", blamesGroups: "settings ids", accountDrifts: "connected", believesHosts: "hosts", mute: "connected", wrongKeyRejected: "connected", unreasoned: "uses", inventsIDs: "written",
		remembersDropped: "read back", leavesNothing: "read back", readsOtherwise: "read back", readsNarrowly: "read back", namesNobody: "read back", excusesNothing: "read back", mixesKinds: "kinds",
		dropsInactive: "meanings", losesDefects: "meanings", losesCounts: "meanings", mixesDefects: "meanings", losesUnits: "meanings",
		sendsDropped: "fields", ignoresCases: "fields", sendsOurIDs: "our ids", clearsTheRest: "patch", forgetsNull: "null",
		trimsTexts: "texts", restless: "deterministic", changesHeader: "golden", confusesValues: "values", asksFirst: "undeclared",
		ignoresPreview: "preview", previewsOne: "preview", previewsOtherwise: "preview", previewsWrites: "preview", previewsSecrets: "preview",
		missingIsRejected: "missing", keyChanges: "repeated", sureOfLoss: "lost answers", doubtsLookUps: "lost answers", neverLooks: "crashes",
		looksBriefly: "late answers", believesFirst: "late answers", ignoresSender: "decoys", ignoresRecipient: "decoys", comparesBeginnings: "decoys", looksForEver: "decoys",
		ignoresRivals: "rivals", forgetsOpenRivals: "rivals", countsEveryRival: "rivals", adoptsAny: "rivals", adoptsTooSoon: "rivals", trustsOwnClock: "clocks",
		timeoutIsRejected: "statuses", believesPages: "statuses", trustsAnyJSON: "statuses", trustsErrors: "replies", refusesUnchanged: "replies", failsDone: "replies", wholeSeconds: "retry after", waitsFor429Alone: "retry after", trustsCutOff: "unreadable",
		tellsToken: "secrets", notesAnswers: "secrets", tellsAnswers: "secrets", expectsBrief: "switches", followsRedirects: "redirects", ignoresCancel: "cancelled", leaksGoroutines: "cancelled",
		renewsTheNew: "parallel", renewsForEver: "expired session", usesUnstored: "renewal", doubtsSignIn: "renewal",
		impatient: "paced", unlimited: "limits", overstates: "paced", crowds: "at once", paysForOthers: "paced",
		unstated: "assumed limits", survivesPanics: "panic", skipsRecords: "list", trustsCutOffLists: "list answers", retriesLongLists: "list answers", sendsUndocumented: "openapi",
	}
}
