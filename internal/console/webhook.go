package console

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// hookView is what the page of one subscription shows.
type hookView struct {
	hookRow
	PartnerName string
	Verdict     verdict
	Acts        []act
	Letters     []webhook.DeadLetter
	More        bool
	Logs        []logRow
	// Replay is what can be done with a dead letter.
	Replay act
}

// logRow is an attempt to deliver.
type logRow struct {
	webhook.DeliveryLog
	Look Look
	Said string
}

// showWebhook shows one subscription with what could not be delivered and what was tried of late.
func (c *Console) showWebhook(r *http.Request, who Visitor) (answer, error) {
	partner, id, err := hookIDs(r)
	if err != nil {
		return answer{}, err
	}
	s, err := c.hookSheet(r, who, partner, id)
	if err != nil {
		return answer{}, err
	}
	// What the address says was so once; what is said is what is so now.
	v := s.Content.(hookView)
	switch done := r.URL.Query().Get("done"); {
	case done == "replayed" && v.Dead == 0:
		s.Note = &note{Look{Glyph: "succeeded", Colour: ok}, "No dead letter is left", "What is replayed is delivered in its old place.", nil}
	case done == "replayed":
		s.Note = &note{Look{Glyph: "waiting", Colour: idle}, count(v.Dead) + " dead " + map[bool]string{true: "letter is", false: "letters are"}[v.Dead == 1] + " left", "What is replayed is delivered in its old place.", nil}
	case done == "activated" && v.Status == webhook.Active:
		s.Note = &note{Look{Glyph: "succeeded", Colour: ok}, "Active", "What waited is delivered.", nil}
	case done == "paused" && v.Status == webhook.Paused:
		s.Note = &note{Look{Glyph: "succeeded", Colour: ok}, "Paused", "Nothing is sent, and new events are not kept for it.", nil}
	}
	return answer{sheet: s}, nil
}

// hookSheet is the page of one subscription.
func (c *Console) hookSheet(r *http.Request, who Visitor, partner, id uuid.UUID) (sheet, error) {
	sub, err := c.Webhooks.Get(r.Context(), partner, id)
	if err != nil {
		return sheet{}, err
	}
	row, err := c.hookRow(r, sub)
	if err != nil {
		return sheet{}, err
	}
	v := hookView{hookRow: row, PartnerName: c.namer(r.Context(), who).partner(partner), Verdict: hookVerdict(row), Replay: c.barred(act{Word: "Replay"}, who, Operator)}
	v.Acts = c.hookActs(row, who)
	dead, err := c.Webhooks.DeadLetters(r.Context(), partner, id, webhook.DeadLettersRequest{Window: page.Window{Limit: triesShown}})
	if err != nil {
		return sheet{}, err
	}
	for i, l := range dead.Items {
		if l.ErrorMessage != nil {
			said := worded(*l.ErrorMessage)
			dead.Items[i].ErrorMessage = &said
		}
	}
	v.Letters, v.More = dead.Items, !dead.Next.IsZero()
	logs, err := c.Webhooks.Logs(r.Context(), partner, id, webhook.LogsRequest{Window: page.Window{Limit: triesShown}})
	if err != nil {
		return sheet{}, err
	}
	for _, l := range logs.Items {
		one := logRow{l, Look{"Delivered", "succeeded", ok}, answerOf(l.StatusCode)}
		if l.Status != webhook.LogSuccess {
			one.Look = Look{"Not delivered", "failed", bad}
		}
		if l.ErrorMessage != nil {
			one.Said = cut(worded(*l.ErrorMessage), longestWhy)
		}
		v.Logs = append(v.Logs, one)
	}
	return sheet{name: "webhook", Title: row.EventName, Place: "Webhooks", Content: v}, nil
}

// hookVerdict says how a subscription stands.
func hookVerdict(of hookRow) verdict {
	v := verdict{Look: of.Look}
	switch of.Status {
	case webhook.Stale:
		v.Title, v.Text = "Stale: its receiver failed too often", "New events wait; after WAYBILL_KEEP_EVENTS they are dead letters. It is tried again by itself, and goes on when the receiver answers."
	case webhook.Paused:
		v.Title, v.Text = "Paused: nothing is sent", hookPausedBy(of.Mark)+"New events are not kept for it."
	default:
		v.Title, v.Text = "Active: its events are delivered", "Nothing keeps it."
	}
	if of.Problem != nil {
		v.Text = sentence(*of.Problem)
	}
	if of.Dead > 0 {
		v.Text += fmt.Sprintf(" %s could not be delivered and can be replayed.", count(of.Dead))
	}
	return v
}

// hookPausedBy says who paused a subscription and why, as far as that is known.
func hookPausedBy(m audit.Mark) string {
	if m.At.IsZero() {
		return "Its partner or an operator has paused it, or its receiver answered 410. "
	}
	said := fmt.Sprintf("By its %s, %s. ", m.By, m.At.UTC().Format("2 Jan 15:04 UTC"))
	if strings.Contains(m.By, ":") {
		said = strings.Replace(said, "By its ", "By ", 1)
	}
	if m.Why != "" {
		said = sentence(m.Why) + " " + said
	}
	return said
}

// hookActs are what a visitor can do with a subscription.
func (c *Console) hookActs(of hookRow, who Visitor) (all []act) {
	if of.Dead > 0 {
		all = append(all, act{Word: "Replay all…", Path: of.Path + "/replay", Explains: "Has every dead letter delivered again, each in its old place. Receivers see the same ids."})
	}
	if of.Status == webhook.Active {
		all = append(all, act{Word: "Pause…", Path: of.Path + "/pause", Kind: "danger", Explains: "Sends nothing until it is activated. New events are not kept meanwhile."})
	} else {
		all = append(all, act{Word: "Activate", Path: of.Path + "/activate", Posts: true, Kind: "main", Explains: "Delivers what waits, and what comes."})
	}
	if of.URL != webhook.FeedURL {
		all = append(all, act{Word: "Test", Path: of.Path + "/test", Posts: true,
			Explains: "Sends its receiver one event that is marked as a test, once. Nothing is changed by that, whatever it answers."})
	}
	for i := range all {
		all[i] = c.barred(all[i], who, Operator)
	}
	return all
}

// testWebhook shows what a receiver answers to a test. Nothing has changed by it, so no other page tells of it; whoever sends
// tests notes them.
func (c *Console) testWebhook(r *http.Request, who Visitor) (answer, error) {
	partner, id, err := hookIDs(r)
	if err != nil {
		return answer{}, err
	}
	found, refused := c.Receivers.Test(r.Context(), partner, id)
	s, err := c.hookSheet(r, who, partner, id)
	if err != nil {
		return answer{}, err
	}
	if s.Note = testedNote(found); refused != nil {
		s.Note, s.status = c.noteOf(r, refused), statusOf(refused)
	}
	return answer{sheet: s}, nil
}

// testedNote says what a receiver answered to a test.
func testedNote(found webhook.Tested) *note {
	if found.Outcome == webhook.TestUnanswered || found.StatusCode == nil {
		why := ""
		if found.Problem != nil {
			why = worded(*found.Problem)
		}
		return &note{Look{Glyph: "unknown", Colour: wait}, "No answer came to the test", why, nil}
	}
	took := fmt.Sprintf("%d after %s ms, to event %s. ", *found.StatusCode, count(*found.ResponseTimeMS), found.Message)
	if found.Outcome == webhook.TestDelivered {
		took = "It answered " + took
		if found.Status != webhook.Active {
			took += "The subscription is " + string(found.Status) + " all the same; “Activate” lets it go on."
		}
		return &note{Look{Glyph: "succeeded", Colour: ok}, "The receiver took the test", took, nil}
	}
	return &note{Look{Glyph: "failed", Colour: bad}, "The receiver refused the test", "It answered " + took + worded(*found.Problem), nil}
}

func (c *Console) activateWebhook(r *http.Request, who Visitor) (answer, error) {
	return c.changeHook(r, who, deed{"activated", ""}, func(partner, id uuid.UUID) error {
		_, err := c.Receivers.Move(r.Context(), partner, id, webhook.Activate)
		return err
	})
}
