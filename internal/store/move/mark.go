package move

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// MarkName is the name under which the table meta holds what is known of a move.
const MarkName = "move"

// state is how far a database is in a move.
type state string

const (
	// leaving is the source of a move that is under way, and left that of one that is done.
	leaving state = "leaving"
	left    state = "left"
	// arriving is the target of a move that is under way, and arrived that of one that is done.
	arriving state = "arriving"
	arrived  state = "arrived"
)

// mark is what a database holds of its move. ID is the same on both sides; Peer names the other side. A target says
// how far it is: all tables before Table are copied, and of that one Done rows, up to the key After.
type mark struct {
	ID    uuid.UUID
	State state
	Peer  string
	At    time.Time
	Table string `json:",omitempty"`
	After []part `json:",omitempty"`
	Done  int64  `json:",omitempty"`
}

// part is a value of a key.
type part struct {
	Number *int64  `json:",omitempty"`
	Text   *[]byte `json:",omitempty"`
	Bytes  *[]byte `json:",omitempty"`
}

// parts are values of a key as they are kept.
func parts(key []any) ([]part, error) {
	all := make([]part, len(key))
	for i, v := range key {
		switch v := v.(type) {
		case int64:
			all[i].Number = &v
		case string:
			text := []byte(v)
			all[i].Text = &text
		case []byte:
			all[i].Bytes = &v
		default:
			return nil, fmt.Errorf("a key holds a %T", v)
		}
	}
	return all, nil
}

// key is the inverse of parts.
func key(all []part) []any {
	values := make([]any, len(all))
	for i, p := range all {
		switch {
		case p.Number != nil:
			values[i] = *p.Number
		case p.Text != nil:
			values[i] = string(*p.Text)
		case p.Bytes != nil:
			values[i] = *p.Bytes
		}
	}
	return values
}

// readMark reads a mark; the zero mark is that of a database which was never moved.
func readMark(value []byte) (m mark, err error) {
	if value == nil {
		return m, nil
	}
	if err := json.Unmarshal(value, &m); err != nil {
		return m, fmt.Errorf("the mark of the move (%q in the table meta) cannot be read: %w", MarkName, err)
	}
	return m, nil
}

func (m mark) text() ([]byte, error) {
	value, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("noting the move: %w", err)
	}
	return value, nil
}

func (m mark) at() string { return m.At.UTC().Format(time.RFC3339) }

// Refusal tells why nobody works over a database that holds this mark; nil if it is a database like any other.
func Refusal(value []byte) error {
	m, err := readMark(value)
	t := &fence.Trouble{Lost: true, Reason: "the database is being moved to another place; its operator ends the move"}
	switch {
	case err != nil:
		t.Err = err
	case m.State == leaving:
		t.Err = fmt.Errorf("this database is being moved to %s since %s, and nothing may change it until then: go on "+
			"with the same `waybill move --to`, or stay here with `waybill move --give-up`", m.Peer, m.at())
	case m.State == left:
		t.Reason = "the database was moved to another place, and this process works over the old one"
		t.Err = fmt.Errorf("this database was moved to %s at %s: set WAYBILL_DATABASE_URL to that one. If that is lost "+
			"for good, `waybill move --give-up` takes this one for a backup of that time", m.Peer, m.at())
	case m.State == arriving:
		t.Err = fmt.Errorf("this database is being filled from %s since %s and not whole: go on with the same "+
			"`waybill move --to`; to stay there instead, use `waybill move --give-up` with that one and remove this one",
			m.Peer, m.at())
	default:
		return nil
	}
	return t
}

// errNotEmpty is why a database is no target.
var errNotEmpty = errors.New("a move fills an empty database: name a file that does not exist, or make another " +
	"database with CREATE DATABASE")
