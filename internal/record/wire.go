package record

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/wire"
)

// Read returns the record in the form of its kind's read model: every member of the contract, null
// where it is unknown, and source_data only if the record was read with it. fleetRef is how the
// caller calls the fleet, "" if it has no name for it. It is put together by hand, since the
// members of a kind are data and no struct.
func (r Record) Read(fleetRef string, withSource bool) (jsontext.Value, error) {
	fields := map[string]jsontext.Value{}
	if len(r.Fields) > 0 {
		if err := json.Unmarshal(r.Fields, &fields); err != nil {
			return nil, fmt.Errorf("reading the fields of record %s: %w", r.ID, err)
		}
	}
	extras, err := r.extras()
	if err != nil {
		return nil, err
	}
	w := writer{out: make([]byte, 1, 2048)}
	w.out[0] = '{'
	r.common(&w, fleetRef, withSource)
	w.raw("extras", extras)
	for _, m := range ModelOf(r.Kind).Members {
		w.raw(m.Name, m.fitting(fields[m.Name]))
	}
	return append(w.out, '}'), nil
}

// damaged is what callers read of a record of which something was lost in the store.
const damaged = "what is stored of this record cannot be read any more, so members are missing; the next change that " +
	"an import finds, or a write of it, mends it"

// extras returns what stands beside the read model; nil for nothing. The mark of a synthetic
// source id is added here and not stored, as the record knows it.
func (r Record) extras() (jsontext.Value, error) {
	if r.Damaged == nil && !r.Synthetic && (len(r.Extras) == 0 || string(r.Extras) == "{}") {
		return nil, nil
	}
	all := map[string]jsontext.Value{}
	if len(r.Extras) > 0 {
		if err := json.Unmarshal(r.Extras, &all); err != nil {
			return nil, fmt.Errorf("reading the extras of record %s: %w", r.ID, err)
		}
	}
	if r.Damaged != nil {
		all["problem"] = quoted(damaged)
	}
	if r.Synthetic {
		all["synthetic_source_id"] = jsontext.Value("true")
	}
	return json.Marshal(all, json.Deterministic(true))
}

// writer puts a JSON object together. Names must need no escaping, as those of the contract do
// not.
type writer struct{ out []byte }

func (w *writer) raw(name string, value jsontext.Value) {
	if len(w.out) > 1 {
		w.out = append(w.out, ',')
	}
	w.out = append(append(append(w.out, '"'), name...), '"', ':')
	if value == nil {
		value = jsontext.Value("null")
	}
	w.out = append(w.out, value...)
}

func (w *writer) text(name, value string) {
	w.raw(name, quoted(value))
}

func (w *writer) textOrNull(name, value string) {
	if value == "" {
		w.raw(name, nil)
		return
	}
	w.text(name, value)
}

func (w *writer) time(name string, t time.Time) {
	if t.IsZero() {
		w.raw(name, nil)
		return
	}
	w.text(name, wire.Time(t).String())
}

// quoted is a text as JSON; bytes that are no UTF-8 become the replacement character.
func quoted(s string) jsontext.Value {
	out, _ := jsontext.AppendQuote(nil, s)
	return out
}

// fitting returns a value that has the member's type. What a TSP's record holds of another form
// is left out here, because callers rely on the type; source_data still shows it.
func (m Member) fitting(value jsontext.Value) jsontext.Value {
	if m.Type == Metres {
		return jsontext.Value(`"m"`)
	}
	if value == nil || !m.fits(value) {
		return nil
	}
	return value
}

// fits tells whether a value is of the member's type and, of an enum, one of its values.
func (m Member) fits(value jsontext.Value) bool {
	switch m.Type {
	case resource.Boolean:
		return value.Kind() == 't' || value.Kind() == 'f'
	case resource.Decimal:
		return value.Kind() == '0'
	case resource.Integer:
		_, err := strconv.ParseInt(string(value), 10, 64)
		return err == nil
	case Object:
		return value.Kind() == '{'
	case Texts, resource.UUIDs, resource.Enums:
		return m.fitsList(value)
	}
	var text string
	return value.Kind() == '"' && json.Unmarshal(value, &text) == nil && m.fitsText(text)
}

// fitsList tells it of a list: one item that does not fit leaves out the whole, for half a list
// would mislead.
func (m Member) fitsList(value jsontext.Value) bool {
	var all []string
	if value.Kind() != '[' || json.Unmarshal(value, &all) != nil {
		return false
	}
	return !slices.ContainsFunc(all, func(s string) bool { return !m.fitsText(s) })
}

// fitsText tells it of a text, or of an item of a list.
func (m Member) fitsText(text string) bool {
	var err error
	switch m.Type {
	case resource.UUID, resource.UUIDs:
		_, err = uuid.Parse(text)
	case resource.DateTime:
		_, err = time.Parse(time.RFC3339Nano, text)
	case resource.Date:
		_, err = time.Parse(time.DateOnly, text)
	case resource.Money:
		return isDecimal(text)
	case resource.Enum, resource.Enums:
		return slices.Contains(m.Values, text)
	}
	return err == nil
}

// isDecimal tells whether a text is a number as the contract writes money: without an exponent.
func isDecimal(text string) bool {
	digits, dots := 0, 0
	for i, c := range text {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			dots++
		case i > 0 || c != '+' && c != '-':
			return false
		}
	}
	return digits > 0 && dots <= 1
}
