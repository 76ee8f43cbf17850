package geotab_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// TestAMessageOfTheSameMomentIsNotTakenForOurs has messages that are equal in every member, their mark among them.
func TestAMessageOfTheSameMomentIsNotTakenForOurs(t *testing.T) {
	t.Parallel()
	const one = `{"id":"m1","recipient":{"id":"b1"},"user":{"id":"b1"},"activeFrom":"` + accepted + `","messageContent":{"message":"Dock 7"}}`
	two := one + "," + strings.ReplaceAll(one, "m1", "m2")
	for kind, body := range map[resource.Kind]string{
		resource.KindMessage:      aMessage + "}",
		resource.KindGroupMessage: `{"sender_id":"OURS","recipient_ids":["OURS"],"message_text":"Dock 7"}`,
	} {
		w := aWrite(t, resource.Create, kind, body)
		w.SentAt = time.Now().Add(-time.Hour)
		known := tsp.Rival{Operation: w.Operation, Capability: w.Capability, Payload: w.Payload, Refs: w.Refs, SourceID: "m1", Certain: true,
			SentAt: w.SentAt.Add(-time.Minute), EndedAt: w.SentAt.Add(-time.Minute)}
		known.Operation[15]++
		open, elsewhere, other, group := known, known, known, known
		open.SourceID, open.Certain = "", false
		elsewhere.SourceID = "m9"
		other.Operation = uuid.Must(uuid.NewV7())
		// The id of one to several is that of one of its messages.
		group.Capability.Kind, group.SourceID = resource.KindGroupMessage, "m9"
		group.Payload = &resource.GroupMessage{MessageText: resource.Of("Dock 7")}
		group.Refs = resource.Refs{"sender_id": {"b1"}, "recipient_ids": {"b1", "b2"}}
		underWay := open
		underWay.UnderWay = true
		for name, c := range map[string]struct {
			there  string
			rivals []tsp.Rival
			want   string
		}{
			"nobody else wrote one":                           {one, nil, "m1"},
			"one of another moment":                           {one, []tsp.Rival{other}, "m1"},
			"the other's":                                     {one, []tsp.Rival{known}, ""},
			"both":                                            {two, []tsp.Rival{known}, "m2"},
			"one of either":                                   {one, []tsp.Rival{open}, "?"},
			"both of whom the other has no answer":            {two, []tsp.Rival{open}, "m1"},
			"both of whom the other is under way":             {two, []tsp.Rival{underWay}, "?"},
			"one, and the other's is not listed":              {one, []tsp.Rival{elsewhere}, "?"},
			"the group's, whose id is that of another driver": {one, []tsp.Rival{group}, ""},
			"both, the group's among them":                    {two, []tsp.Rival{group}, "m1"},
		} {
			w.Rivals = func(context.Context, time.Time) ([]tsp.Rival, error) { return c.rivals, nil }
			expect(t, string(kind)+", "+name, finding(c.there).session(t, "", nil), w, c.want)
		}
	}
}
