package tsptest

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
)

// checkMeanings: a field that changes what the rest means is sent, or the write is refused; it is never left out
// with a warning. No inspection with a defect reaches the TSP as one without.
func checkMeanings(t *trial, f form) {
	for _, v := range t.suite.variants(t.suite.spec.Actions[t.c]) {
		with := t.form(v.settings)
		for _, m := range meanings(t.c.Kind) {
			if !t.excused(m.field) {
				with.keeps(m)
			}
		}
	}
	if t.c.Kind == resource.KindDvirLog {
		f.inspections()
	}
}

// keeps demands that no draft loses the meaning.
func (f form) keeps(m meaning) {
	field := f.schema.Field(m.field)
	values := m.values
	if values == nil {
		values = f.values(field)
	}
	for _, start := range f.drafts(0) {
		for name, value := range m.beside {
			start = start.with(name, value)
		}
		if of := f.schema.Field(m.of); of != nil && start[m.of] == "" {
			start = start.with(m.of, given(f.values(of)))
		}
		for _, value := range values {
			d, ok := f.repaired(start.with(m.field, value), m.field)
			if value == "" || !ok || m.of != "" && d[m.of] == "" || !f.loses(m, d) {
				continue
			}
			f.t.once(m.field+m.of, "%s %s is left out with a warning, and it changes what %s means; refuse such a write, or send it",
				m.field, value, orWhole(m.of))
		}
	}
}

func orWhole(field string) string {
	if field == "" {
		return "the whole"
	}
	return field
}

// loses tells whether a write of the draft leaves out the field and keeps what it is about.
func (f form) loses(m meaning, d draft) bool {
	dropped := f.action.Apply(f.t.suite.spec.DisplayName, f.schema, f.payload(d), f.settings).Dropped()
	return slices.Contains(dropped, m.field) && !slices.Contains(dropped, m.of)
}

// inspections demands that an inspection with whatever defect differs, for the TSP, from a clean one, and one of
// two defects from one of either. Beside all other fields a few defects stand for all.
func (f form) inspections() {
	all := f.schema.Field("defects").Values
	f.inspected(f.least(0), all)
	f.inspected(f.full(0), all[:min(len(all), 3)])
}

func (f form) inspected(start draft, defects []string) {
	with := func(d draft, defects ...string) draft {
		return d.with("defects", "["+strings.Join(quotedAll(defects), ",")+"]")
	}
	clean, ok := f.repaired(start.with("defects", "").with("defect_count", "").with("is_safety_critical", ""), "")
	if !ok {
		return
	}
	known := map[string]encoding{}
	f.apart(clean, clean.with("defect_count", "1"), known)
	f.apart(clean, clean.with("is_safety_critical", "true"), known)
	var taken []string
	for _, defect := range defects {
		if f.apart(clean, with(clean, defect), known) {
			taken = append(taken, defect)
		}
	}
	if len(taken) < 2 {
		return
	}
	f.apart(clean, with(clean, taken[0]).with("defect_count", "1").with("is_safety_critical", "false"), known)
	two := with(clean, taken[0], taken[1])
	f.apart(with(clean, taken[0]), two, known)
	f.apart(with(clean, taken[1]), two, known)
}

// apart demands that two inspections make different requests, unless one is refused; it tells whether both can be
// written.
func (f form) apart(a, b draft, known map[string]encoding) bool {
	if len(f.problems(a)) > 0 || len(f.problems(b)) > 0 {
		return false
	}
	one, err := f.encoded(a, known)
	if err != nil {
		f.t.unwritable("an inspection cannot be written: %v", err)
	}
	two, err := f.encoded(b, known)
	if err != nil {
		f.t.once("refused", "the policy lets pass what the TSP refuses: %v: %s", err, b.json())
		return false
	}
	if one == two {
		f.t.once(two, "two inspections arrive as one and the same:\n%s\n%s", a.json(), b.json())
	}
	return true
}
