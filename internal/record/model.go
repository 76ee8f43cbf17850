package record

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
)

// The types of read members beyond those of package resource.
const (
	// Object is any JSON object.
	Object resource.Type = "object"
	// Texts is a list of strings.
	Texts resource.Type = "list of text"
	// Metres is the constant "m": distances of read models are in metres.
	Metres resource.Type = "metres"
)

// Member is one member of a kind's read model. Values are nil for any other type.
type Member struct {
	Name string
	Type resource.Type
	// Values are those of an Enum or Enums.
	Values []string
}

// Model is the read model of a kind beyond the members that all kinds have. Its members are in the
// order in which a record shows them.
type Model struct {
	resource.Facts
	Members []Member
}

// models holds the read model of every kind.
var models = func() map[resource.Kind]Model {
	all := map[resource.Kind]Model{}
	for _, facts := range resource.AllFacts() {
		model := Model{Facts: facts}
		for word := range strings.FieldsSeq(facts.Members) {
			name, form, _ := strings.Cut(word, ":")
			model.Members = append(model.Members, member(name, form))
		}
		all[facts.Kind] = model
	}
	return all
}()

// ModelOf returns the read model of a kind. A kind that is not modelled has no members.
func ModelOf(k resource.Kind) Model { return models[k] }

// Member returns the member of that name, and whether the model has it.
func (m Model) Member(name string) (Member, bool) {
	i := slices.IndexFunc(m.Members, func(one Member) bool { return one.Name == name })
	if i < 0 {
		return Member{}, false
	}
	return m.Members[i], true
}

func member(name, form string) Member {
	m := Member{Name: name}
	switch form {
	case "":
		m.Type = resource.Text
	case "texts":
		m.Type = Texts
	case "uuids":
		m.Type = resource.UUIDs
	case "decimal":
		m.Type = resource.Money
	case "message-status":
		m.Type, m.Values = resource.Enum, []string{"read", "sent", "delivered", "pending"}
	case "ruleset":
		m.Type, m.Values = resource.Enum, written(resource.KindUser, "hos_ruleset_code")
	case "time-zone":
		m.Type, m.Values = resource.Enum, written(resource.KindUser, "default_time_zone")
	case "fuel":
		m.Type, m.Values = resource.Enum, written(resource.KindFuelTransaction, "fuel_type")
	case "defects":
		m.Type, m.Values = resource.Enums, written(resource.KindDvirLog, "defects")
	default:
		m.Type = resource.Type(form)
	}
	return m
}

// written are the values that a field takes when it is written. Reading and writing know the same
// values, so they are listed once, where they are checked.
func written(k resource.Kind, field string) []string {
	schema, err := resource.For(k, resource.Create)
	if err != nil {
		return nil
	}
	return schema.Field(field).Values
}
