package record

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// speaks tells whether records of a kind are messages.
func speaks(k resource.Kind) bool {
	return k == resource.KindMessage || k == resource.KindGroupMessage
}

// parties are the members of messages that hold our ids of those between whom they go.
var parties = []string{"sender_id", "recipient_id", "recipient_ids"}

// people are those between whom a message goes, as far as a write or a TSP names them, sorted and
// each once; none for any other record. One that no import has met yet is among them.
func (r Record) people(w Write) []uuid.UUID {
	if !speaks(r.Kind) {
		return nil
	}
	given, _ := w.reached()
	var out []uuid.UUID
	for _, member := range parties {
		var named []tsp.Named
		if w.Record != nil {
			named = w.Record.Names[member]
		}
		for _, n := range named {
			out = append(out, r.of(n))
		}
		if len(named) == 0 {
			out = append(out, ids(given[member])...)
		}
	}
	slices.SortFunc(out, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(out)
}

// ids reads one id or a list of them; none where there is neither.
func ids(raw jsontext.Value) []uuid.UUID {
	var several []uuid.UUID
	if raw.Kind() == '"' {
		raw = slices.Concat([]byte("["), raw, []byte("]"))
	}
	_ = json.Unmarshal(raw, &several)
	return several
}

// complete fills in the members of a message that the TSP does not tell and that follow from its
// text, the people it goes between, and what is known of these.
func (d draft) complete(people []uuid.UUID, peers Peers) {
	if !speaks(d.model.Kind) {
		return
	}
	var text string
	if raw := d.fields["message_text"]; raw.Kind() == '"' && json.Unmarshal(raw, &text) == nil {
		sum := sha256.Sum256([]byte(text))
		d.fields["message_hash"] = quoted(hex.EncodeToString(sum[:]))
	}
	for _, party := range []string{"sender", "recipient"} {
		for _, id := range ids(d.fields[party+"_id"]) {
			d.introduce(party, peers[id])
		}
	}
	if len(people) == 0 || !d.converses() {
		return
	}
	// Of sorted people, so that an answer falls into the thread of its question.
	var names []string
	for _, id := range people {
		names = append(names, id.String())
	}
	d.fill("thread_id", uuid.NewSHA1(idSpace, []byte("thread\x00"+strings.Join(names, "\x00"))).String())
}

// converses tells whether the people of a message make a thread: it is to somebody, or from a driver, whose
// thread with the office it is. What the office says to a vehicle, say, is no talk of the sender with itself.
func (d draft) converses() bool {
	for _, to := range []string{"recipient_id", "recipient_ids"} {
		for _, member := range []string{to, sourceOf(to)} {
			if v := d.fields[member]; v != nil && v.Kind() != 'n' {
				return true
			}
		}
	}
	return d.fields["sent_by_driver"].Kind() == 't'
}

// introduce fills in what is known of a party.
func (d draft) introduce(party string, peer Record) {
	of, err := object(peer.Fields)
	if err != nil {
		return
	}
	text := func(member string) (s string) {
		_ = json.Unmarshal(of[member], &s)
		return s
	}
	name := strings.TrimSpace(text("first_name") + " " + text("last_name"))
	if name == "" {
		name = text("username")
	}
	if _, has := d.model.Member(party + "_name"); has && name != "" {
		d.fill(party+"_name", name)
	}
	if drives, known := peer.Drives(); known && party == "sender" && d.fields["sent_by_driver"] == nil {
		d.fields["sent_by_driver"] = jsontext.Value("false")
		if drives {
			d.fields["sent_by_driver"] = jsontext.Value("true")
		}
	}
}

// fill sets a text that is not there.
func (d draft) fill(member, text string) {
	if d.fields[member] == nil {
		d.fields[member] = quoted(text)
	}
}
