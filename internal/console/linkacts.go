package console

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
)

// connectionActs are what a visitor can do with a connection.
func (c *Console) connectionActs(of connection.Connection, who Visitor) (all []act) {
	at := connectionPath(of.ID)
	switch of.Status {
	case connection.Active:
		all = []act{{Word: "Import now", Path: at + "/import", Posts: true, Explains: "Reads its records at the TSP, beside its writes."},
			{Word: "Pause…", Path: at + "/pause", Kind: "danger", Explains: "New writes are refused with 409, and what waits stays where it is until it is resumed."}}
	case connection.Stale:
		all = []act{{Word: "Try it now", Path: at + "/resume", Posts: true, Kind: "main", Explains: "Asks the TSP whether it takes the credentials. If it does, what waits goes on."}}
	case connection.Paused:
		all = []act{{Word: "Resume", Path: at + "/resume", Posts: true, Kind: "main", Explains: "It takes writes again, and what waits goes on."}}
	}
	if !of.Status.Ended() {
		all = append(all, act{Word: "Test", Path: at + "/test", Posts: true, Explains: "Tries the stored credentials at the TSP, once. Nothing is changed by that."},
			act{Word: "Rate…", Path: at + "/rate", Explains: "Keeps it to a lower rate of calls than its TSP allows."},
			act{Word: "Change settings…", Path: at + "/settings", Explains: "Its description, and what its TSP needs to be told. They are tried at the TSP before they count."})
		if _, known := c.TSPs.Adapter(of.TSP); known {
			all = append(all, act{Word: "Replace credentials…", Path: at + "/credentials", Explains: "New ones, which are tried at the TSP before the old ones go."})
		}
	}
	for i := range all {
		needs := Admin
		if slices.Contains([]string{"Import now", "Test"}, all[i].Word) {
			needs = Operator
		}
		all[i] = c.barred(all[i], who, needs)
	}
	return all
}

// askPauseConnection asks whether a connection is to be paused.
func (c *Console) askPauseConnection(r *http.Request, who Visitor) (answer, error) {
	of, err := c.openConnection(r)
	if err != nil {
		return answer{}, err
	}
	rows, err := c.linkRows(r, who, []connection.Connection{of})
	if err != nil {
		return answer{}, err
	}
	tally, err := c.Operations.Tally(r.Context(), operation.Survey{Connection: of.ID, From: c.Now().Add(-24 * time.Hour)})
	if err != nil {
		return answer{}, err
	}
	q := question{Text: "Nothing is sent through it until somebody resumes it: what waits stays where it is, new writes are refused with 409, and it is not imported.",
		Consequence: "A write that is under way is brought to its end. One that waits expires if its time is over before the connection is resumed, as its fleet may, too.",
		Path:        "pause", Word: "Pause the connection", Back: connectionPath(of.ID), Danger: true, Asks: true,
		Reads: "Whoever asks why a write waits or is refused reads it, with your name.",
		About: &about{Name: rows[0].TSP + " of " + rows[0].Fleet, ID: head(of.ID), List: connectionsPath,
			Counts: []counting{{"Not ended", rows[0].Waiting, "writes stay where they are"},
				{"Of late", counted(tally.All), "writes were asked for in the last 24 hours; such are refused from then on"}}}}
	return answer{sheet: sheet{name: "question", Title: "Pause this connection?", Place: "Connections", Content: q}}, nil
}

// pauseConnection takes a connection out of work.
func (c *Console) pauseConnection(r *http.Request, who Visitor) (answer, error) {
	why, err := reason(r)
	if err != nil {
		a, failed := c.askPauseConnection(r, who)
		return c.asksAgain(r, a, failed, err)
	}
	return c.changeConnection(r, who, deed{"paused", why}, func(of connection.Connection, _ access.Principal) error {
		_, err := c.Hands.Pause(r.Context(), handOf(r, of.ID, why))
		return err
	})
}

// resumeConnection lets a paused connection go on, and has the credentials tried of one that is not paused.
func (c *Console) resumeConnection(r *http.Request, who Visitor) (answer, error) {
	return c.changeConnection(r, who, deed{"resumed", ""}, func(of connection.Connection, fleet access.Principal) (err error) {
		if of.Status == connection.Paused {
			_, err = c.Hands.Resume(r.Context(), handOf(r, of.ID, ""))
		} else {
			_, err = c.Links.Update(r.Context(), fleet, of.ID, []byte(`{"status":"active"}`))
		}
		return err
	})
}

func (c *Console) importConnection(r *http.Request, who Visitor) (answer, error) {
	return c.changeConnection(r, who, deed{"imported", ""}, func(of connection.Connection, fleet access.Principal) error {
		_, err := c.Imports.RequestImport(r.Context(), fleet, of.ID)
		return err
	})
}

// testConnection shows what a TSP says of the credentials of a connection. Nothing has changed by it, so no other page tells
// of it.
func (c *Console) testConnection(r *http.Request, who Visitor) (answer, error) {
	of, err := c.connectionOf(r)
	if err != nil {
		return answer{}, err
	}
	var found connection.Tested
	refused := hasNotEnded(of)
	if refused == nil {
		found, refused = c.Links.Test(r.Context(), access.Principal{Fleet: access.Fleet{ID: of.Fleet}}, of.ID)
	}
	// What was found may have changed how it stands.
	now, err := c.connectionOf(r)
	if err != nil {
		return answer{}, err
	}
	s, err := c.connectionSheet(r, who, now)
	if err != nil {
		return answer{}, err
	}
	if s.Note = c.testNote(of, who, found); refused != nil {
		s.Note, s.status = c.noteOf(r, refused), statusOf(refused)
	}
	return answer{sheet: s}, nil
}

// testNote says what a test of a connection has found. The words of its TSP are for those who may read payloads.
func (c *Console) testNote(of connection.Connection, who Visitor, found connection.Tested) *note {
	tsp := displayName(c.TSPs, of.TSP)
	why := ""
	if found.Problem != nil {
		why = sentence(veiled(who, worded(*found.Problem), "What "+tsp+" said is hidden from you"))
	}
	switch found.Outcome {
	case connection.Works:
		text := "It was asked just now."
		switch found.Status {
		case connection.Stale:
			text += " The connection is stale all the same; “Try it now” lets it go on."
		case connection.Paused:
			text += " The connection is paused all the same; “Resume” lets it go on."
		}
		return &note{Look{Glyph: "succeeded", Colour: ok}, tsp + " takes the credentials", text, nil}
	case connection.Refused:
		if found.Status == connection.Active {
			why += " One refusal is no proof: Waybill looks again before anything follows from it."
		}
		return &note{Look{Glyph: "failed", Colour: bad}, tsp + " refuses the credentials", why, nil}
	}
	return &note{Look{Glyph: "unknown", Colour: wait}, tsp + " said nothing of the credentials", why, nil}
}

// changeConnection does with a connection what its fleet may do, and stays on its page if that is refused.
func (c *Console) changeConnection(r *http.Request, who Visitor, did deed,
	change func(of connection.Connection, fleet access.Principal) error) (answer, error) {
	of, err := c.connectionOf(r)
	if err != nil {
		return answer{}, err
	}
	if err = hasNotEnded(of); err == nil {
		err = change(of, access.Principal{Fleet: access.Fleet{ID: of.Fleet}})
	}
	if err != nil {
		s, again := c.connectionSheet(r, who, of)
		if again != nil {
			return answer{}, err
		}
		s.Note, s.status = c.noteOf(r, err), statusOf(err)
		return answer{sheet: s}, nil
	}
	c.note(r, did.word, did.why, "connection:"+of.ID.String())
	return answer{to: with(connectionPath(of.ID), url.Values{"done": {did.word}})}, nil
}
