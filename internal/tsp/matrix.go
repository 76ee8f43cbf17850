package tsp

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
)

// Capabilities lists every write that there is: each kind with its verbs.
func Capabilities() []Capability {
	var all []Capability
	for _, k := range resource.Kinds() {
		for _, v := range []resource.Verb{resource.Create, resource.Update} {
			if _, err := resource.For(k, v); err == nil {
				all = append(all, Capability{k, v})
			}
		}
	}
	return all
}

// Support says how much of a write an adapter performs.
type Support string

// The supports.
const (
	// Yes: every field of the unified model reaches the TSP.
	Yes Support = "yes"
	// Partial: some fields do not, or a connection needs a setting.
	Partial Support = "partial"
	No      Support = "no"
)

// Cell is the support of one write by one adapter.
type Cell struct {
	Capability
	Support Support
	// Reason says what is missing and why; "" for Yes.
	Reason string
	// Sent counts the fields that reach the TSP, of Fields that there are beside the connection.
	Sent, Fields int
}

// MatrixRow is the support of every write by one adapter.
type MatrixRow struct {
	TSP         Name
	DisplayName string
	Cells       []Cell
}

// Matrix is all adapters times all writes. It is computed from the adapters, so it cannot say
// what they do not do.
func Matrix(specs []Spec) []MatrixRow {
	rows := make([]MatrixRow, len(specs))
	for i, s := range specs {
		rows[i] = MatrixRow{TSP: s.Name, DisplayName: s.DisplayName}
		for _, c := range Capabilities() {
			rows[i].Cells = append(rows[i].Cells, s.cell(c))
		}
	}
	slices.SortFunc(rows, func(a, b MatrixRow) int { return strings.Compare(string(a.TSP), string(b.TSP)) })
	return rows
}

// notYet is the reason where an adapter says nothing about a write that it lacks.
const notYet = "Waybill's adapter does not perform it yet"

// WhyNotImported says why the TSP's records of a kind are not imported; "" if they are. A kind that
// the TSP has not is lacking there for either.
func (s Spec) WhyNotImported(kind resource.Kind) string {
	if slices.Contains(s.Importable(), kind) {
		return ""
	}
	reason := s.NotImported[kind]
	if reason == "" && s.Cannot(kind) {
		reason = s.Lacking[Capability{kind, resource.Create}]
	}
	return cmp.Or(reason, "Waybill's adapter does not read them")
}

func (s Spec) cell(c Capability) Cell {
	cell := Cell{Capability: c, Support: No, Reason: s.Lacking[c]}
	action, ok := s.Actions[c]
	if !ok {
		if cell.Reason == "" {
			cell.Reason = notYet
		}
		return cell
	}
	schema, err := resource.For(c.Kind, c.Verb)
	if err != nil {
		return cell
	}
	missing := map[string][]string{}
	for i := range schema.Fields {
		f := &schema.Fields[i]
		use, declared := action.Uses[f.Name]
		if !declared {
			continue // the connection
		}
		cell.Fields++
		if why := use.withheld(); why == "" {
			cell.Sent++
		} else {
			missing[why] = append(missing[why], f.Name)
		}
	}
	var reasons []string
	for _, n := range action.Needs {
		reasons = append(reasons, "needs the setting "+n.Setting+" ("+n.Reason+")")
	}
	for _, why := range slices.Sorted(maps.Keys(missing)) {
		reasons = append(reasons, why+": "+strings.Join(missing[why], ", "))
	}
	cell.Support, cell.Reason = Yes, strings.Join(reasons, "; ")
	if len(reasons) > 0 {
		cell.Support = Partial
	}
	return cell
}

// withheld says what keeps a field from the TSP; "" if nothing does.
func (u FieldUse) withheld() string {
	if u.Use == UseSent || u.Use == UseRequired {
		return ""
	}
	for _, c := range u.Cases {
		if c.Use.Use == UseSent || c.Use.Use == UseRequired {
			return "only with the setting " + c.Setting
		}
	}
	return string(u.Use)
}

// ShareLevels tells for each kind that the adapter handles what a fleet's grant of it can be
// used for: "read", or "read_write" where the adapter performs a write.
func (s Spec) ShareLevels() map[resource.Kind]string {
	levels := map[resource.Kind]string{}
	for _, i := range s.Imports {
		levels[i.Kind] = "read"
	}
	for c := range s.Actions {
		levels[c.Kind] = "read_write"
	}
	return levels
}

// Writes tells how much of each write the adapter performs.
func (s Spec) Writes() map[resource.Kind]map[resource.Verb]Support {
	all := map[resource.Kind]map[resource.Verb]Support{}
	for _, c := range Capabilities() {
		if all[c.Kind] == nil {
			all[c.Kind] = map[resource.Verb]Support{}
		}
		all[c.Kind][c.Verb] = s.cell(c).Support
	}
	return all
}

// Cannot tells whether the TSP's own API has no way to write a kind.
func (s Spec) Cannot(k resource.Kind) bool {
	for c := range s.Lacking {
		if c.Kind == k {
			return s.ShareLevels()[k] == ""
		}
	}
	return false
}
