package access

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
)

// The bounds of what a fleet tells of itself, in characters and in number.
const (
	maxName     = 200
	maxDetail   = 1000
	maxWebsites = 20
)

// details describes what a fleet can tell of itself beside its name: members of the contract's
// FleetRead, kept as they are given.
func details() []resource.Field {
	var all []resource.Field
	for _, name := range []string{"description", "display_name", "legal_name", "dba_name", "regulatory_id",
		"regulatory_id_type", "regulatory_id_status", "registered_email", "registered_phone", "registered_fax", "address",
		"city", "province", "postal_code"} {
		all = append(all, resource.Field{Name: name, Type: resource.Text, Nullable: true, Longest: maxDetail})
	}
	return append(all,
		resource.Field{Name: "regulatory_id_date", Type: resource.Date, Nullable: true},
		resource.Field{Name: "country_code", Type: resource.Text, Nullable: true, Pattern: regexp.MustCompile(`^\w{3}$`)},
		resource.Field{Name: "websites", Type: resource.Texts, Nullable: true, Longest: maxDetail, Most: maxWebsites})
}

// fleetUpdate describes the body of an update by the fleet itself, and partnersUpdate by a partner:
// the reference is the one thing of a fleet that is the partner's to say.
func fleetUpdate() resource.Table {
	return resource.Table{Of: "an update of a fleet", Fields: append(details(),
		resource.Field{Name: "name", Type: resource.Text, NonEmpty: true, Longest: maxName})}
}

func partnersUpdate() resource.Table {
	return resource.Table{Of: "a partner's update of a fleet", Fields: []resource.Field{
		{Name: "fleet_ref", Type: resource.Text, Nullable: true, NonEmpty: true, Longest: maxRef},
	}}
}

// fleetCreation describes the body by which a partner makes a fleet.
func fleetCreation() resource.Table {
	return resource.Table{Of: "a fleet", Fields: []resource.Field{
		{Name: "fleet_ref", Type: resource.Text, Required: true, NonEmpty: true, Longest: maxRef,
			Hint: "your own reference of the fleet"},
		{Name: "name", Type: resource.Text, NonEmpty: true, Longest: maxName},
	}}
}

// readDetails returns the details of a fleet with those that a body changes; null takes one out.
func readDetails(b *resource.Object, before string) (string, error) {
	all := map[string]any{}
	if before != "" {
		if err := json.Unmarshal([]byte(before), &all); err != nil {
			return "", fmt.Errorf("reading the details of a fleet: %w", err)
		}
	}
	for _, f := range details() {
		switch value, state := b.Value(f.Name); state {
		case resource.Null:
			delete(all, f.Name)
		case resource.Set:
			all[f.Name] = value
		}
	}
	if len(all) == 0 {
		return "", nil
	}
	text, err := json.Marshal(all, json.Deterministic(true))
	return string(text), err
}

// readName returns the name that a body gives, or the one before.
func readName(b *resource.Object, before string) string {
	name, given := b.Text("name").Get()
	if !given {
		return before
	}
	if name != strings.TrimSpace(name) || strings.ContainsFunc(name, unicode.IsControl) {
		b.Refuse("name", resource.CodePattern, "must have no space around it and nothing that cannot be printed")
	}
	return name
}
