package console

import (
	"net/http"
	"net/url"

	json "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// askReplay asks whether all dead letters of a subscription are to be delivered again.
func (c *Console) askReplay(r *http.Request, who Visitor) (answer, error) {
	return c.askHook(r, who, "Replay all dead letters?", func(v hookView, waits string) question {
		return question{Text: "Each is delivered again in its old place, before what waits of the same thing. Receivers see the same ids as before.",
			Consequence: "What is under way to its receiver cannot be called back. One that fails again is given up again.",
			Path:        "replay", Word: "Replay all", All: true,
			About: &about{Counts: []counting{{"Dead letters", count(v.Dead), "are sent again"}, {"Waiting", waits, "deliveries wait already"}}}}
	})
}

// replayWebhook has one dead letter delivered again, or all. What names neither does nothing: a name that was lost must
// not mean all.
func (c *Console) replayWebhook(r *http.Request, who Visitor) (answer, error) {
	return c.changeHook(r, who, deed{"replayed", ""}, func(partner, id uuid.UUID) error {
		var body []byte
		switch of := r.PostFormValue("event"); {
		case of == "" && r.PostFormValue("all") != "yes":
			return wrongInput("event", of, "must be the id of an event, or all must be yes; nothing was replayed")
		case of != "":
			text, err := json.Marshal(map[string][]string{"message_ids": {of}})
			if err != nil {
				return err
			}
			body = text
		}
		_, err := c.Receivers.Replay(r.Context(), partner, id, body)
		return err
	})
}

// askPauseHook asks whether a subscription is to be paused.
func (c *Console) askPauseHook(r *http.Request, who Visitor) (answer, error) {
	return c.askHook(r, who, "Pause this subscription?", func(v hookView, waits string) question {
		return question{Text: "Nothing is sent to its receiver until somebody activates it, and its partner is told by an event.",
			Consequence: "What waits is delivered then; after WAYBILL_KEEP_EVENTS it is a dead letter. What occurs while it is paused is not kept for it, and is lost to its receiver.",
			Path:        "pause", Word: "Pause the subscription", Danger: true, Asks: true, Reads: "Its partner reads it, as of the operator of this Waybill. Your name stands beside it here and in the audit log.",
			About: &about{Counts: []counting{{"Waiting", waits, "deliveries wait until it is activated"},
				{"Of late", count(int(messages(v))), "events in the last 24 hours; as many again would be lost each day"}}}}
	})
}

// messages are the events of the last day of which a delivery was tried.
func messages(v hookView) int64 {
	if v.Messages == nil {
		return 0
	}
	return *v.Messages
}

// pauseWebhook sends nothing to a receiver until it is activated.
func (c *Console) pauseWebhook(r *http.Request, who Visitor) (answer, error) {
	why, err := reason(r)
	if err != nil {
		a, again := c.askPauseHook(r, who)
		return c.asksAgain(r, a, again, err)
	}
	return c.changeHook(r, who, deed{"paused", why}, func(partner, id uuid.UUID) error {
		_, err := c.Receivers.Pause(r.Context(), webhook.Hand{Partner: partner, Subscription: id, By: audit.Of(r.Context()).Name, Why: why})
		return err
	})
}

// askHook is the page of a question about a subscription, made of how it stands and how many deliveries wait for it.
func (c *Console) askHook(r *http.Request, who Visitor, title string, ask func(v hookView, waits string) question) (answer, error) {
	partner, id, err := hookIDs(r)
	if err != nil {
		return answer{}, err
	}
	s, err := c.hookSheet(r, who, partner, id)
	if err != nil {
		return answer{}, err
	}
	n, more, err := c.Receivers.Backlog(r.Context(), partner, id)
	if err != nil {
		return answer{}, err
	}
	waits := count(n)
	if more {
		waits += "+"
	}
	v := s.Content.(hookView)
	q := ask(v, waits)
	q.Back, q.About.List, q.About.ID = hookPath(partner, id), with(webhooksPath, url.Values{"partner": {partner.String()}}), tail(id)
	q.About.Name = v.EventName + " to " + v.URL + " for " + v.PartnerName
	return answer{sheet: sheet{name: "question", Title: title, Place: "Webhooks", Content: q}}, nil
}

// changeHook does with a subscription what its partner may do, and stays on its page if that is refused.
func (c *Console) changeHook(r *http.Request, who Visitor, did deed,
	change func(partner, id uuid.UUID) error) (answer, error) {
	partner, id, err := hookIDs(r)
	if err != nil {
		return answer{}, err
	}
	if err := change(partner, id); err != nil {
		s, again := c.hookSheet(r, who, partner, id)
		if again != nil {
			return answer{}, err
		}
		s.Note, s.status = c.noteOf(r, err), statusOf(err)
		return answer{sheet: s}, nil
	}
	c.note(r, did.word, did.why, "webhook:"+id.String())
	return answer{to: with(hookPath(partner, id), url.Values{"done": {did.word}})}, nil
}
