package record

import (
	"bytes"
	"fmt"
	"slices"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
)

// References returns the values of the members by which lists of the kind are filtered. They are
// stored apart and found by these very values, so the same record must always give the same.
func (r Record) References() (map[string]string, error) {
	model := ModelOf(r.Kind)
	if len(model.References) == 0 {
		return nil, nil
	}
	fields, err := object(r.Fields)
	if err != nil {
		return nil, fmt.Errorf("reading the fields of record %s: %w", r.ID, err)
	}
	out := map[string]string{}
	for _, name := range model.References {
		m, _ := model.Member(name)
		value := m.usual(fields[name])
		var text string
		if m.fitting(value) != nil && json.Unmarshal(value, &text) == nil {
			out[name] = text
		}
	}
	return out, nil
}

// Drives tells whether the record is a user who is known to drive or known not to. It decides on
// which shelf the record stands.
func (r Record) Drives() (drives, known bool) {
	if r.Kind != resource.KindUser {
		return false, false
	}
	fields, err := object(r.Fields)
	if err != nil {
		return false, false
	}
	kind := fields["is_driver"].Kind()
	return kind == 't', slices.Contains([]jsontext.Kind{'t', 'f'}, kind)
}

// Deactivated tells whether the record is known to be out of use at its TSP.
func (r Record) Deactivated() bool {
	// Each reference of each write asks, and nearly all are in use: that is seen without reading all members.
	if !mayBeInactive(r.Fields) {
		return false
	}
	fields, err := object(r.Fields)
	return err == nil && fields["is_active"].Kind() == 'f'
}

// mayBeInactive tells whether is_active is false anywhere in an object. Names of members are stored without escapes.
func mayBeInactive(raw jsontext.Value) bool {
	const name = `"is_active"`
	for {
		_, behind, found := bytes.Cut(raw, []byte(name))
		if !found {
			return false
		}
		if raw = behind; bytes.HasPrefix(bytes.TrimLeft(raw, ": \t\r\n"), []byte("false")) {
			return true
		}
	}
}

// object reads a JSON object; one that is not there is empty.
func object(raw jsontext.Value) (map[string]jsontext.Value, error) {
	out := map[string]jsontext.Value{}
	if len(raw) == 0 || string(raw) == "{}" {
		return out, nil
	}
	err := json.Unmarshal(raw, &out)
	return out, err
}

func encode(of map[string]jsontext.Value) (jsontext.Value, error) {
	if len(of) == 0 {
		return jsontext.Value("{}"), nil
	}
	return json.Marshal(of, json.Deterministic(true))
}
