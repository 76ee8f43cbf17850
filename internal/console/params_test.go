package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestAParameterThatAPageDoesNotTakeIsRefusedAndNeverPassedOver(t *testing.T) {
	t.Parallel()
	o := newOffice()
	o.who = Visitor{Name: "Ada", Role: Admin, Payloads: true}
	tried := 0
	for pattern, known := range takes() {
		path := strings.TrimSuffix(strings.TrimPrefix(pattern, "GET "), "{$}")
		for _, name := range []string{"{id}", "{partner}"} {
			path = strings.ReplaceAll(path, name, o.op.ID.String())
		}
		for query, says := range map[string]string{"nope=1": "nope: is nothing that this page takes; it takes ",
			"status=failed": "status: is nothing", known[0] + "=a&" + known[0] + "=b": known[0] + ": must be given once"} {
			tried++
			if code, text := o.page(t, path+"?"+query); code != http.StatusUnprocessableEntity || !strings.Contains(text, says) {
				t.Errorf("%s?%s: %d, without %q", path, query, code, says)
			}
		}
	}
	if tried < 30 {
		t.Errorf("only %d were tried", tried)
	}
	if code, _ := o.page(t, "/console/operations?state=failed&source_id=&tsp=&page="); code != http.StatusOK {
		t.Errorf("what the form sends: %d", code)
	}
}

func TestAJobIsNotBegunWithAFilterThatItDoesNotHave(t *testing.T) {
	t.Parallel()
	d := &desk{op: written(), who: Visitor{Name: "Ada", Role: Admin, Payloads: true}}
	for _, lost := range []string{"status=failed", "reason=back_off", "state=failed", "x=1", "kind=message&kind=vehicle"} {
		filters := "partner=" + uuid.UUID{1}.String() + "&" + lost
		// It has no service of jobs: whatever is let through breaks.
		w := d.ask(t, "/console/operations/all", url.Values{"filters": {filters}, "action": {"retry"}})
		name, _, _ := strings.Cut(lost, "=")
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), name+": ") {
			t.Errorf("%s: %d", lost, w.Code)
		}
	}
}
