package record

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Comparison is how a record that was read back stands to what was written: the given fields that reached the TSP, each
// in one of the lists. Its members are those of the wire.
type Comparison struct {
	// Applied are the fields that the TSP holds as they were sent.
	Applied []string `json:"applied"`
	// Ignored are those of which the TSP holds what it held before, or nothing.
	Ignored []Difference `json:"ignored"`
	// Changed are those that the TSP holds otherwise than they were sent, and than it held them before.
	Changed []Difference `json:"changed"`
	// Unread are those of which the TSP's records do not tell.
	Unread []Unread `json:"unread"`
}

// Difference is a field of which the TSP holds something else than was sent. Both values are in the form of the read
// model: measures in its units, references as the TSP's own ids. Held is null where there is nothing.
type Difference struct {
	Path string         `json:"path"`
	Sent jsontext.Value `json:"sent"`
	Held jsontext.Value `json:"held"`
	// spelt tells that both say the same in another spelling, so that the TSP has taken what was sent.
	spelt bool
}

// Unread is a field that cannot be compared.
type Unread struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// Open tells whether what differs may be what the TSP held before the write, or held on the way.
func (c Comparison) Open() bool {
	return slices.ContainsFunc(slices.Concat(c.Ignored, c.Changed), func(d Difference) bool { return !d.spelt })
}

// Judge says how a comparison is made beyond the values.
type Judge struct {
	Verb resource.Verb
	// Before are the fields of the record as they were known before the write; nil where they were not.
	Before map[string]jsontext.Value
	// Unread says why the TSP's records do not show a field as it was sent; "" where they do.
	Unread func(field string) string
}

// Held are the fields of the record that a payload gives, as they are known.
func (r Record) Held(payload jsontext.Value) (map[string]jsontext.Value, error) {
	given, err := object(payload)
	if err != nil {
		return nil, err
	}
	fields, err := object(r.Fields)
	maps.DeleteFunc(fields, func(name string, _ jsontext.Value) bool { return given[name] == nil })
	return fields, err
}

const noMember = "records of the kind have no such member"

// Compare holds the Record of a write against its payload.
func (w Write) Compare(kind resource.Kind, by Judge) (Comparison, error) {
	out := Comparison{Applied: []string{}, Ignored: []Difference{}, Changed: []Difference{}, Unread: []Unread{}}
	given, err := w.reached()
	if err != nil {
		return out, err
	}
	shown, err := object(w.Record.Fields)
	if err != nil {
		return out, err
	}
	expected := draft{model: ModelOf(kind), given: maps.Clone(given), fields: map[string]jsontext.Value{}}
	expected.convert()
	for name, value := range expected.given {
		expected.fields[name] = value
	}
	c := comparing{by, expected, shown, *w.Record, &out}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		c.field(name, given)
	}
	return out, nil
}

// comparing is a comparison on its way.
type comparing struct {
	Judge
	expected draft
	shown    map[string]jsontext.Value
	record   tsp.Record
	out      *Comparison
}

// field compares one field that was given.
func (c comparing) field(name string, given map[string]jsontext.Value) {
	model := c.expected.model
	theirs, refers := given[sourceOf(name)]
	switch {
	case strings.HasPrefix(name, sourceOf("")), model.Log && strings.HasSuffix(name, "_unit"):
	// A new record has nothing to clear.
	case c.Verb == resource.Create && given[name].Kind() == 'n':
	case refers:
		c.note(name, same(sameSet), listed(theirs), c.named(name))
	case model.Log && (name == "occurred_at" || name == "transaction_time"):
		c.note(name, same(sameSecond), given[name], instant(c.record.OccurredAt))
	case name == "latitude" || name == "longitude":
		c.note(name, sameNumber, given[name], coordinate(c.shown["location"], name))
	default:
		m, there := model.Member(name)
		why := noMember
		if there {
			why = "it was given without a unit"
		}
		if !there || c.expected.fields[name] == nil {
			c.out.Unread = append(c.out.Unread, Unread{name, cmp.Or(c.Unread(name), why)})
			return
		}
		c.note(name, sameBy(m.Type), c.expected.fields[name], c.shown[name])
	}
}

// note puts a field into the list that is its own.
func (c comparing) note(name string, alike likeness, sent, held jsontext.Value) {
	if len(held) == 0 {
		held = jsontext.Value("null")
	}
	exact, spelt := alike(sent, held)
	if nothing(sent) {
		exact, spelt = nothing(held), false
	}
	before := c.Before[name]
	if len(before) == 0 {
		before = jsontext.Value("null")
	}
	old := c.Before != nil && sameValue(before, held) || nothing(held)
	d := Difference{Path: name, Sent: sent, Held: held, spelt: spelt && !old}
	switch {
	case exact:
		c.out.Applied = append(c.out.Applied, name)
	case c.Unread(name) != "":
		c.out.Unread = append(c.out.Unread, Unread{name, c.Unread(name)})
	case spelt || !old:
		c.out.Changed = append(c.out.Changed, d)
	default:
		c.out.Ignored = append(c.out.Ignored, d)
	}
}

// named are the TSP's ids of those whom the record names by a member.
func (c comparing) named(member string) jsontext.Value {
	ids := []resource.SourceID{}
	for _, n := range c.record.Names[member] {
		ids = append(ids, n.SourceID)
	}
	if len(ids) == 0 {
		return nil
	}
	return encoded(ids)
}

// listed is an id, or a list of them, as a list.
func listed(ids jsontext.Value) jsontext.Value {
	if ids.Kind() == '"' {
		return slices.Concat([]byte("["), ids, []byte("]"))
	}
	return ids
}

func instant(t time.Time) jsontext.Value {
	if t.IsZero() {
		return nil
	}
	return encoded(t.UTC().Format(time.RFC3339Nano))
}

// coordinate is the latitude or the longitude of a GeoJSON point.
func coordinate(point jsontext.Value, name string) jsontext.Value {
	var p struct {
		Coordinates []jsontext.Value `json:"coordinates"`
	}
	place := map[string]int{"longitude": 0, "latitude": 1}[name]
	if json.Unmarshal(point, &p) != nil || len(p.Coordinates) <= place {
		return nil
	}
	return p.Coordinates[place]
}

func encoded(v any) jsontext.Value {
	raw, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return nil
	}
	return raw
}
