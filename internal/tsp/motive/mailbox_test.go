package motive_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// row is a message in Motive's list; sent tells how many seconds before noon, 0 leaves it out.
func row(id string, from, to int, text string, sent int) string {
	at := ""
	if sent > 0 {
		at = fmt.Sprintf(`"sent_at":%q,`, noon.Add(-time.Duration(sent)*time.Second).Format(time.RFC3339))
	}
	return fmt.Sprintf(`{"message":{"id":%q,%s"sender_id":%d,"recipient_id":%d,"body":%q}}`, id, at, from, to, text)
}

// letter is a message from 1 to 2, or to 2 and 3.
func letter(t *testing.T, text string) tsp.Write {
	t.Helper()
	return writing(t, resource.KindMessage, fmt.Sprintf(`"sender_id":%q,"recipient_id":%q,"message_text":%q`, uuid.NewString(), uuid.NewString(), text),
		resource.Refs{"sender_id": {"1"}, "recipient_id": {"2"}})
}

func circular(t *testing.T, text string) tsp.Write {
	t.Helper()
	return writing(t, resource.KindGroupMessage, fmt.Sprintf(`"sender_id":%q,"recipient_ids":[%q,%q],"message_text":%q`, uuid.NewString(), uuid.NewString(), uuid.NewString(), text),
		resource.Refs{"sender_id": {"1"}, "recipient_ids": {"2", "3"}})
}

// rival is one that another operation sent from 1, some seconds before noon, and that was answered.
func rival(id resource.SourceID, text string, seconds int, to ...resource.SourceID) tsp.Rival {
	at := noon.Add(-time.Duration(seconds) * time.Second)
	return tsp.Rival{Payload: &resource.GroupMessage{MessageText: resource.Of(text)}, Refs: resource.Refs{"sender_id": {"1"}, "recipient_ids": to},
		SourceID: id, Collection: "messages", SentAt: at, EndedAt: at.Add(time.Second), Certain: true}
}

func lost(r tsp.Rival) tsp.Rival {
	r.Certain, r.SourceID, r.EndedAt = false, "", noon
	return r
}

// called is one whose call is under way.
func called(r tsp.Rival) tsp.Rival {
	r = lost(r)
	r.UnderWay = true
	return r
}

func from(sender resource.SourceID, r tsp.Rival) tsp.Rival {
	r.Refs["sender_id"] = []resource.SourceID{sender}
	return r
}

// since gives the rivals that ended at a time or later.
func since(all ...tsp.Rival) tsp.Rivals {
	return func(_ context.Context, since time.Time) (out []tsp.Rival, _ error) {
		for _, r := range all {
			if !r.EndedAt.Before(since) {
				out = append(out, r)
			}
		}
		return out, nil
	}
}

func TestAMessageIsFoundByEachMemberAndIsNoOtherOperations(t *testing.T) {
	t.Parallel()
	ours := row("m1", 1, 2, "Dock 7", 119)
	for name, c := range map[string]struct {
		rows   []string
		rivals []tsp.Rival
		// want is the id that is found, "" for none, or "?" where nobody can tell.
		want string
	}{
		"it is there":                               {[]string{ours}, nil, "m1"},
		"nothing is there":                          {nil, nil, ""},
		"another sender's is":                       {[]string{row("m1", 9, 2, "Dock 7", 119)}, nil, ""},
		"another recipient's is":                    {[]string{row("m1", 1, 9, "Dock 7", 119)}, nil, ""},
		"another text is":                           {[]string{row("m1", 1, 2, "Dock 77", 119)}, nil, ""},
		"it is kept trimmed":                        {[]string{row("m1", 1, 2, "  Dock 7\n", 119)}, nil, "m1"},
		"an equal one was answered":                 {[]string{ours}, []tsp.Rival{rival("m1", "Dock 7", 121, "2")}, ""},
		"an equal one was answered just now":        {[]string{row("m1", 1, 2, "Dock 7", 3)}, []tsp.Rival{rival("m1", "Dock 7", 4, "2")}, ""},
		"an equal one was answered and ours came":   {[]string{ours, row("m2", 1, 2, "Dock 7", 118)}, []tsp.Rival{rival("m1", "Dock 7", 121, "2")}, "m2"},
		"one to several was":                        {[]string{ours, row("m1", 1, 3, "Dock 7", 119)}, []tsp.Rival{rival("m1", "Dock 7", 121, "2", "3")}, ""},
		"an equal one is listed late":               {[]string{ours}, []tsp.Rival{rival("m9", "Dock 7", 121, "2")}, "?"},
		"an equal one has no answer either":         {[]string{ours}, []tsp.Rival{lost(rival("", "Dock 7", 121, "2"))}, "?"},
		"both that have no answer came":             {[]string{ours, row("m2", 1, 2, "Dock 7", 118)}, []tsp.Rival{lost(rival("", "Dock 7", 121, "2"))}, "m1"},
		"an equal one came that is under way":       {[]string{ours, row("m2", 1, 2, "Dock 7", 118)}, []tsp.Rival{called(rival("", "Dock 7", 121, "2"))}, "?"},
		"one under way is for somebody else":        {[]string{ours, row("m2", 1, 3, "Dock 7", 118)}, []tsp.Rival{called(rival("", "Dock 7", 121, "3"))}, "m1"},
		"one to several came before ours":           {[]string{row("m0", 1, 2, "Dock 7", 119), row("m0", 1, 3, "Dock 7", 119), ours}, []tsp.Rival{lost(rival("", "Dock 7", 121, "2", "3"))}, "m1"},
		"another operation sent another text":       {[]string{ours}, []tsp.Rival{lost(rival("", "Dock 8", 121, "2"))}, "m1"},
		"somebody else sent it":                     {[]string{ours}, []tsp.Rival{from("9", lost(rival("", "Dock 7", 121, "2")))}, "m1"},
		"an equal one is listed for others so far":  {[]string{ours, row("m9", 1, 3, "Dock 7", 119)}, []tsp.Rival{rival("m9", "Dock 7", 121, "2", "3")}, "m1"},
		"another operation sent to somebody else":   {[]string{ours}, []tsp.Rival{lost(rival("", "Dock 7", 121, "3"))}, "m1"},
		"an older one was read meanwhile":           {[]string{row("m0", 1, 2, "Dock 7", 7200)}, nil, ""},
		"an older one of another operation is read": {[]string{row("m0", 1, 2, "Dock 7", 0)}, []tsp.Rival{rival("m0", "Dock 7", 7200, "2")}, ""},
		"nothing tells when it was sent":            {[]string{row("m1", 1, 2, "Dock 7", 0)}, nil, "m1"},
		"one row is met twice":                      {[]string{ours, ours}, []tsp.Rival{lost(rival("", "Dock 7", 121, "2"))}, "?"},
	} {
		s := desk(t, 0, says(`{"messages":[`+strings.Join(c.rows, ",")+`]}`))
		w := letter(t, "Dock 7")
		w.Rivals = since(c.rivals...)
		expect(t, name, s, w, c.want)
	}
}

func TestAGroupMessageIsFoundWhereAllRecipientsHaveIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rows   []string
		rivals []tsp.Rival
		want   string
	}{
		"all have it":                            {[]string{row("m1", 1, 2, "Dock 7", 119), row("m1", 1, 3, "Dock 7", 119)}, nil, "m1"},
		"none has it":                            {nil, nil, ""},
		"some have it":                           {[]string{row("m1", 1, 2, "Dock 7", 119)}, nil, "?"},
		"what they have is another operation's":  {[]string{row("m1", 1, 2, "Dock 7", 119), row("m1", 1, 3, "Dock 7", 119)}, []tsp.Rival{rival("m1", "Dock 7", 121, "2", "3")}, ""},
		"what one has is a single message":       {[]string{row("m1", 1, 2, "Dock 7", 119)}, []tsp.Rival{rival("m1", "Dock 7", 121, "2")}, ""},
		"one has a single message beside it":     {[]string{row("m1", 1, 2, "Dock 7", 119), row("m2", 1, 2, "Dock 7", 119), row("m2", 1, 3, "Dock 7", 119)}, []tsp.Rival{rival("m1", "Dock 7", 121, "2")}, "m2"},
		"one to all has no answer either":        {[]string{row("m1", 1, 2, "Dock 7", 119), row("m1", 1, 3, "Dock 7", 119)}, []tsp.Rival{lost(rival("", "Dock 7", 121, "2", "3"))}, "?"},
		"one to all is under way":                {[]string{row("m1", 1, 2, "Dock 7", 119), row("m1", 1, 3, "Dock 7", 119), row("m2", 1, 2, "Dock 7", 118), row("m2", 1, 3, "Dock 7", 118)}, []tsp.Rival{called(rival("", "Dock 7", 121, "2", "3"))}, "?"},
		"one to more came before ours":           {[]string{row("m0", 1, 2, "Dock 7", 119), row("m0", 1, 3, "Dock 7", 119), row("m0", 1, 4, "Dock 7", 119), row("m1", 1, 2, "Dock 7", 118), row("m1", 1, 3, "Dock 7", 118)}, []tsp.Rival{lost(rival("", "Dock 7", 121, "2", "3", "4"))}, "m1"},
		"the id is that which most have":         {[]string{row("m1", 1, 2, "Dock 7", 119), row("m2", 1, 2, "Dock 7", 119), row("m2", 1, 3, "Dock 7", 119)}, nil, "m2"},
		"each row has an id of its own":          {[]string{row("m1", 1, 2, "Dock 7", 119), row("m2", 1, 3, "Dock 7", 119)}, nil, "m1"},
		"a rival is listed by ids of rows alone": {[]string{row("m1", 1, 2, "Dock 7", 119), row("m2", 1, 3, "Dock 7", 119)}, []tsp.Rival{rival("m9", "Dock 7", 121, "2", "3")}, "?"},
	} {
		s := desk(t, 0, says(`{"messages":[`+strings.Join(c.rows, ",")+`]}`))
		w := circular(t, "Dock 7")
		w.Rivals = since(c.rivals...)
		expect(t, name, s, w, c.want)
	}
}

// expect looks for a write.
func expect(t *testing.T, name string, s tsp.Session, w tsp.Write, want string) {
	t.Helper()
	got, found, err := s.(tsp.Finder).Find(t.Context(), w)
	var e *tsp.Error
	switch {
	case want == "?":
		if !errors.As(err, &e) || e.Class != tsp.Unknown || e.Message == "" || found {
			t.Errorf("%s: found = %v as %+v, %v", name, found, got, err)
		}
	case err != nil || found != (want != "") || found && string(got.SourceID) != want:
		t.Errorf("%s: found = %v as %+v, %v; want %q", name, found, got, err, want)
	}
}

// TestAMessageIsFoundHoweverWrongOurClockIs has a Motive that lists by its own clock, and that keeps
// an older one, which must not come into the window where our clock is slow.
func TestAMessageIsFoundHoweverWrongOurClockIs(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{0, 50 * time.Second, 90 * time.Second, 3 * time.Hour, -90 * time.Second, -3 * time.Hour} {
		asked := 0
		s := desk(t, ahead, func(w http.ResponseWriter, r *http.Request) {
			asked++
			from, _ := time.Parse(time.RFC3339, r.URL.Query().Get("min_updated_at"))
			var rows []string
			for id, before := range map[string]time.Duration{"m1": 2 * time.Minute, "m0": 10 * time.Minute} {
				if at := noon.Add(ahead - before); !at.Before(from) {
					rows = append(rows, fmt.Sprintf(`{"message":{"id":%q,"sender_id":1,"recipient_id":2,"body":"Dock 7"}}`, id))
				}
			}
			says(`{"messages":[`+strings.Join(rows, ",")+`]}`)(w, r)
		})
		w := letter(t, "Dock 7")
		w.Rivals = since(lost(rival("", "Dock 7", 119, "9")))
		expect(t, fmt.Sprint(ahead), s, w, "m1")
		if asked > 2 {
			t.Errorf("%v ahead: %d lists", ahead, asked)
		}
	}
}

// TestAListByAWrongClockIsNotReadToItsEnd has a clock of ours that is a day slow, by which every page
// of Motive's list is full.
func TestAListByAWrongClockIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	asked := 0
	s := desk(t, 24*time.Hour, func(w http.ResponseWriter, r *http.Request) {
		asked++
		rows := []string{row("m1", 1, 2, "Dock 7", 0)}
		if from, _ := time.Parse(time.RFC3339, r.URL.Query().Get("min_updated_at")); from.Before(noon) {
			rows = slices.Repeat(rows, 100)
		}
		says(`{"messages":[`+strings.Join(rows, ",")+`]}`)(w, r)
	})
	if expect(t, "a day slow", s, letter(t, "Dock 7"), "m1"); asked != 2 {
		t.Errorf("%d pages were read", asked)
	}
}
