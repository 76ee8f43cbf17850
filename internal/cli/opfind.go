package cli

import (
	"bytes"
	"fmt"
	"net/url"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/cli/remote"
	"github.com/waybill-dev/waybill/internal/resource"
)

// one names an operation.
type one struct {
	Connection string `help:"The connection of the operation; looked for by the time in the id if left out." placeholder:"ID"`
}

// get reads an operation. The API reads one by its connection alone. Where that is not told the operation is found in the
// list of what was accepted at the moment that its id tells.
func (s *Session) get(c *remote.Client, of one, id string) (operation, error) {
	parsed, err := uuid.Parse(id)
	if err != nil || len(id) != 36 {
		return operation{}, misused("%q is no id of an operation; waybill op list shows them", id)
	}
	if of.Connection != "" {
		conn, err := s.connectionID(c, of.Connection)
		if err != nil {
			return operation{}, err
		}
		return s.read(c, operation{ID: id, ConnectionID: conn}, nil)
	}
	if parsed.Version() != 7 {
		return operation{}, &Failure{Exit: ExitNotFound, Err: fmt.Errorf("%s is no id of an operation: those have the time in them", id),
			Hint: "waybill op list shows them"}
	}
	at := time.Unix(parsed.Time().UnixTime())
	// The clock of the database may differ from that of the process which has made the id.
	for _, off := range []time.Duration{time.Second, 3 * time.Minute} {
		op, err := s.accepted(c, id, at, off)
		if err != nil || op.ID != "" {
			return op, err
		}
	}
	return operation{}, &Failure{Exit: ExitNotFound,
		Err:  fmt.Errorf("none of your operations that were accepted about %s has the id %s", at.UTC().Format(time.RFC3339), id),
		Hint: "another client may have made it; if you know its connection, give it with --connection"}
}

// mostLooked bounds how many operations of one moment are looked through.
const mostLooked = 50_000

// accepted looks for an operation among those of a moment; its ID is "" if it is not there.
func (s *Session) accepted(c *remote.Client, id string, at time.Time, off time.Duration) (operation, error) {
	q := url.Values{"from_datetime": {instant(at.Add(-off))}, "to_datetime": {instant(at.Add(off))}}
	for item, err := range c.List(s.Context, allOperations, q, mostLooked) {
		if err != nil {
			return operation{}, err
		}
		op, err := readOperation(item)
		if err != nil || op.ID == id {
			return op, err
		}
	}
	return operation{}, nil
}

// instant is a time as the API takes it.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// read reads an operation whose connection is known.
func (s *Session) read(c *remote.Client, op operation, query url.Values) (operation, error) {
	body, err := c.Get(s.Context, op.path(""), query)
	if err != nil {
		return operation{}, err
	}
	return readOperation(body)
}

// persistently reads an operation that is being watched: a service that restarts is waited for.
func (s *Session) persistently(c *remote.Client, op operation) (now operation, err error) {
	err = s.patiently(func() error {
		now, err = s.read(c, op, nil)
		return err
	})
	return now, err
}

// given is the body that the operation was submitted with: its payload without the ids of the TSP, which stand there beside
// Waybill's and are no fields of a write.
func (op operation) given() jsontext.Value {
	schema, err := resource.For(resource.Kind(op.Resource), resource.Verb(op.Verb))
	if err != nil {
		return op.Payload
	}
	theirs := map[string]bool{}
	for _, f := range schema.References() {
		theirs[f.Ref.SourceField] = true
	}
	in := jsontext.NewDecoder(bytes.NewReader(op.Payload))
	out := new(bytes.Buffer)
	enc := jsontext.NewEncoder(out)
	if begin, err := in.ReadToken(); err != nil || begin.Kind() != '{' {
		return op.Payload
	}
	_ = enc.WriteToken(jsontext.BeginObject)
	for in.PeekKind() == '"' {
		name, err := in.ReadToken()
		if err != nil {
			return op.Payload
		}
		key := name.String()
		value, err := in.ReadValue()
		if err != nil {
			return op.Payload
		}
		if !theirs[key] {
			_ = enc.WriteToken(jsontext.String(key))
			_ = enc.WriteValue(value)
		}
	}
	if err := enc.WriteToken(jsontext.EndObject); err != nil {
		return op.Payload
	}
	return out.Bytes()
}
