package resource

import (
	"testing"

	"github.com/google/uuid"
)

func TestIdsThatStandForRecordsBecomeTheRecords(t *testing.T) {
	t.Parallel()
	const op, made, other = "01987b00-0000-7000-8000-000000000001", "2f6d1c0a-91b4-5c0e-9a53-7d1f4a1f6e21",
		"8c0b7e55-3a1d-5f6a-b0c2-5e9d2c7a4f33"
	of := func(id uuid.UUID) (uuid.UUID, SourceID, bool) {
		return uuid.MustParse(made), "7", id == uuid.MustParse(op)
	}
	for name, c := range map[string]struct {
		kind       Kind
		text, want string
	}{
		"a body": {KindMessage, `{"sender_id":"` + op + `","recipient_id":"` + other + `"}`,
			`{"sender_id":"` + made + `","recipient_id":"` + other + `"}`},
		"in capitals": {KindMessage, `{"sender_id":"01987B00-0000-7000-8000-000000000001"}`, `{"sender_id":"` + made + `"}`},
		"a payload": {KindMessage, `{"priority":"low","sender_id":"` + op + `","recipient_id":"` + other +
			`","source_sender_id":"?","source_recipient_id":"9"}`, `{"priority":"low","sender_id":"` + made +
			`","recipient_id":"` + other + `","source_sender_id":"7","source_recipient_id":"9"}`},
		"some of a list": {KindGroupMessage, `{"recipient_ids":["` + other + `","` + op + `"],"source_recipient_ids":["9","?"]}`,
			`{"recipient_ids":["` + other + `","` + made + `"],"source_recipient_ids":["9","7"]}`},
		"null, and what holds no id": {KindMessage, `{"reply_to_message_id":null,"message_text":"` + op + `"}`,
			`{"reply_to_message_id":null,"message_text":"` + op + `"}`},
		"nothing that stands for another": {KindMessage, `{"sender_id":"` + other + `","source_sender_id":"9"}`,
			`{"sender_id":"` + other + `","source_sender_id":"9"}`},
	} {
		s, err := For(c.kind, Create)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Named([]byte(c.text), of); err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}
