package tsptest

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// said is a message to one user as the TSP takes it, which keeps nothing of the operation that sent it.
type said struct {
	From string `json:"from,omitzero"`
	To   string `json:"to,omitzero"`
	Text string `json:"text"`
}

func saidBy(m *resource.Message, refs resource.Refs) said {
	from, _ := refs.One("sender_id")
	to, _ := refs.One("recipient_id")
	return said{From: string(from), To: string(to), Text: m.MessageText.Or("")}
}

// clockSlack is how far times of the TSP may be from ours once its clock is known.
const clockSlack = 5 * time.Second

// told looks for a message among those since the first attempt. Of equal ones it finds its own by what others have
// sent.
func (l *link) told(ctx context.Context, w tsp.Write, want said) (resource.SourceID, bool, error) {
	alike, err := l.alike(ctx, w, want)
	if err != nil {
		return "", false, err
	}
	l.mu.Lock()
	since := alike.Since.Add(l.ahead)
	l.mu.Unlock()
	if l.reference.has(looksForEver) {
		since = time.Time{}
	}
	a, err := l.send(ctx, w.Pace, request{method: http.MethodPost, path: "/messages/search", reads: true,
		body: map[string]any{"since": since.UTC().Format(time.RFC3339)}})
	if err != nil {
		return "", false, err
	}
	var list struct {
		Items []struct {
			said
			ID        resource.SourceID `json:"id"`
			At        time.Time         `json:"at"`
			Reference string            `json:"reference"`
		} `json:"items"`
	}
	if err := json.Unmarshal(a.body, &list); err != nil {
		return "", false, fails(tsp.Broken, "the list has another shape")
	}
	n, own := 0, resource.SourceID("")
	for _, one := range list.Items {
		late := l.reference.has(looksBriefly) && one.At.After(w.SentAt.Add(l.ahead+clockSlack))
		if one.Reference != "" || late || !l.same(one.said, want) {
			continue
		}
		n++
		if !held(alike, one.ID) || l.reference.has(adoptsAny) {
			own = cmp.Or(own, one.ID)
		}
	}
	found, err := alike.Ours(n)
	return own, found && own != "", err
}

// same compares what the TSP lists with what was sent.
func (l *link) same(listed, want said) bool {
	switch l.reference.flaw {
	case ignoresSender:
		listed.From = want.From
	case ignoresRecipient:
		listed.To = want.To
	case comparesBeginnings:
		return strings.HasPrefix(listed.Text, want.Text) && listed.From == want.From && listed.To == want.To
	}
	return listed == want
}

// alike is what other operations may have left.
func (l *link) alike(ctx context.Context, w tsp.Write, want said) (tsp.Alike, error) {
	if l.reference.has(ignoresRivals) {
		w.Rivals = nil
	}
	return w.Alike(ctx, clockSlack, func(r tsp.Rival) bool {
		m, ok := r.Payload.(*resource.Message)
		switch {
		case l.reference.has(forgetsOpenRivals) && !r.Certain:
			return false
		case l.reference.has(countsEveryRival):
			return true
		}
		return ok && saidBy(m, r.Refs) == want
	})
}

// held tells whether another operation is known to have made it.
func held(a tsp.Alike, id resource.SourceID) bool {
	return slices.ContainsFunc(a.Rivals, func(r tsp.Rival) bool { return r.SourceID == id })
}
