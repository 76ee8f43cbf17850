package console

import (
	"fmt"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// ownWords are what Waybill says when it ends a write itself, by the class that it has then.
func ownWords() map[tsp.Class]string {
	return map[tsp.Class]string{
		tsp.Forbidden:    "not sent: the share agreement with the fleet is deleted",
		tsp.Broken:       "not sent: what is stored of the write cannot be read any more",
		tsp.Unauthorized: "the operation was not done before its deadline; its connection is paused",
		tsp.Throttled:    "the operation was not done before its deadline; it waited for its turn",
		tsp.Unavailable:  "not sent: the database was lost while the write was accepted",
		tsp.Rejected:     "not sent: vehicle_id must be one of the TSP's vehicles",
		tsp.Unsupported:  "not sent: this installation has no adapter for it",
		tsp.Missing:      "not sent: what it names is not kept any more",
	}
}

func (o *office) texts(t *testing.T, payloads bool) (page, list, file string) {
	t.Helper()
	o.who = Visitor{Name: "Vi", Role: Viewer, Payloads: payloads}
	_, page = o.page(t, operationPath(o.op.ID))
	_, list = o.page(t, operationsPath)
	_, file = o.page(t, operationsPath+"/export")
	return page, list, file
}

func TestWhatWaybillRefusedItselfIsNeverSaidToBeTheTSPs(t *testing.T) {
	t.Parallel()
	for class, own := range ownWords() {
		for _, payloads := range []bool{true, false} {
			o := newOffice()
			o.op.Attempts = []operation.Attempt{{N: 1, Class: class, Details: own, Own: len(own), Reach: tsp.ReachNone, StartedAt: noon(), EndedAt: noon()}}
			page, list, file := o.texts(t, payloads)
			says := fmt.Sprintf("%s, with payloads %t", class, payloads)
			seen := strings.ReplaceAll(page, "&#39;", "'")
			for _, want := range []string{"Failed: Waybill did not send it", "Nothing has been applied", "Kept back", "By Waybill itself", "Nothing has gone out",
				"samsara was not called", "Failed by Waybill itself", "Not sent</span>", own[4:]} {
				if !strings.Contains(seen, want) {
					t.Errorf("%s: the page does not say %q", says, want)
				}
			}
			for _, wrong := range []string{"Sent to samsara", "samsara refused", "samsara does not", "by samsara", "samsara cannot", "No answer", "at samsara."} {
				if strings.Contains(seen, wrong) {
					t.Errorf("%s: the page says %q", says, wrong)
				}
			}
			if list = strings.ReplaceAll(list, "&#39;", "'"); !strings.Contains(list, own[4:]) || !strings.Contains(list, "· not sent") || strings.Contains(list, "no answer") {
				t.Errorf("%s: the list says it otherwise", says)
			}
			if !strings.Contains(file, own[4:]) {
				t.Errorf("%s: the file says %s", says, file)
			}
		}
	}
}

func TestWhatAnAdapterRefusedIsSaidByWaybillAndHiddenWhereItQuotes(t *testing.T) {
	t.Parallel()
	for reach, says := range map[tsp.Reach]string{tsp.ReachNone: "samsara was not called", tsp.ReachRead: "samsara was only asked"} {
		o := newOffice()
		o.op.Attempts[0].Status, o.op.Attempts[0].Reach = 0, reach
		for _, payloads := range []bool{true, false} {
			page, list, _ := o.texts(t, payloads)
			for _, want := range []string{"Failed: Waybill did not send it", says} {
				if !strings.Contains(page, want) {
					t.Errorf("%s, with payloads %t: the page does not say %q", reach, payloads, want)
				}
			}
			hidden := strings.Contains(page, "a check of Waybill&#39;s own refused it") && strings.Contains(list, "a check of Waybill&#39;s own refused it")
			if strings.Contains(page+list, "SECRET-TSP") != payloads || hidden == payloads {
				t.Errorf("%s, with payloads %t: it is hidden: %t", reach, payloads, hidden)
			}
		}
	}
}

func TestWhatTheTSPRefusedStaysItsRefusal(t *testing.T) {
	t.Parallel()
	for _, reach := range []tsp.Reach{tsp.ReachSent, ""} {
		for class, want := range map[tsp.Class]string{tsp.Rejected: "Failed: samsara refused it", tsp.Missing: "Failed: samsara does not know what it names",
			tsp.Forbidden: "Failed: samsara does not permit it", tsp.Unsupported: "Failed: samsara cannot do this",
			tsp.Unauthorized: "Failed: samsara refused the credentials", tsp.Unavailable: "Failed: samsara was not reached"} {
			o := newOffice()
			o.op.Attempts[0].Class, o.op.Attempts[0].Reach = class, reach
			page, list, _ := o.texts(t, false)
			if !strings.Contains(page, want) || !strings.Contains(page, "Sent to samsara") || strings.Contains(page+list, "by Waybill") || !strings.Contains(list, "· 400") {
				t.Errorf("%s (%q): %s", class, reach, list)
			}
		}
	}
	// What was logged before that was noted may be either's.
	o := newOffice()
	o.op.Attempts[0].Status = 0
	if page, _, _ := o.texts(t, false); !strings.Contains(page, "Failed: Waybill or samsara refused it") || strings.Contains(page, "Sent to samsara") {
		t.Error("of an old entry without an answer the page knows who refused it")
	}
}

func TestWhatQuotesTheTSPBehindWordsOfOursIsCutForWhoMayNotReadIt(t *testing.T) {
	t.Parallel()
	o := newOffice()
	own := "all attempts are used up"
	o.op.Attempts[0].Details, o.op.Attempts[0].Own, o.op.Attempts[0].Reach = own+" (SECRET-TSP)", len(own), tsp.ReachSent
	page, list, _ := o.texts(t, false)
	if strings.Contains(page+list, "SECRET-TSP") || !strings.Contains(list, "All attempts are used up (Refused by samsara, 400)") {
		t.Errorf("the list says %s", list)
	}
}

func TestWhatHasAnIDAtTheTSPShowsItToWhoMayReadPayloadsAlone(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.op.SourceID = "SECRET-SOURCE"
	for _, verb := range []resource.Verb{resource.Create, resource.Update} {
		for _, state := range []operation.State{operation.Failed, operation.Succeeded, operation.Queued} {
			o.op.Verb, o.op.State = verb, state
			for _, payloads := range []bool{true, false} {
				page, list, file := o.texts(t, payloads)
				if strings.Contains(page, "SECRET-SOURCE") != payloads || strings.Contains(list+file, "SECRET-SOURCE") != payloads {
					t.Errorf("%s, %s, with payloads %t: it is shown otherwise", verb, state, payloads)
				}
			}
		}
	}
}
