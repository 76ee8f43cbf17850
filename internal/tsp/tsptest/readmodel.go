package tsptest

import (
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
)

// form of a member of a read model.
type member struct {
	name  string
	takes func(jsontext.Value) bool
}

// readModel lists the members of a kind's unified read model that an adapter may fill in. They
// are those that can be written, those below, and without those that can only be written.
func readModel(kind resource.Kind) map[string]member {
	all := map[string]member{}
	for _, verb := range []resource.Verb{resource.Create, resource.Update} {
		schema, err := resource.For(kind, verb)
		if err != nil {
			continue
		}
		for i := range schema.Fields {
			if f := &schema.Fields[i]; f.Ref == nil && f.Name != "connection_id" {
				all[f.Name] = memberOf(f)
			}
		}
	}
	for names, m := range map[string]member{
		"started_at ended_at occurred_at last_tsp_login": {"date-time", isTime},
		"authority_name authority_address company_name company_address speed_unit odometer_unit fuel_unit fuel_capacity engine_type": {"string", isKind('"')},
		"vehicle_groups trailer_groups company_groups private_user_groups report_groups security_groups extras":                      {"object", isKind('{')},
	} {
		for name := range strings.FieldsSeq(names) {
			all[name] = m
		}
	}
	for _, name := range []string{"hos_compliance_type", "hos_tracking_method"} {
		delete(all, name)
	}
	return all
}

// memberOf is the form of a field that can be written too. Enums that are free texts when read
// are the statuses and the engine type.
func memberOf(f *resource.Field) member {
	switch {
	case f.Type == resource.Enum && f.Name != "status":
		return member{"value of its enum", func(v jsontext.Value) bool {
			return v.Kind() == '"' && slices.Contains(f.Values, unquoted(string(v)))
		}}
	case f.Type == resource.Integer:
		return member{"integer", func(v jsontext.Value) bool {
			return v.Kind() == '0' && !strings.ContainsAny(string(v), ".eE")
		}}
	case f.Type == resource.Decimal || f.Type == resource.Money:
		return member{"number", isKind('0')}
	case f.Type == resource.Boolean:
		return member{"boolean", func(v jsontext.Value) bool { return v.Kind() == 't' || v.Kind() == 'f' }}
	case f.Type == resource.Date:
		return member{"date", func(v jsontext.Value) bool {
			_, err := time.Parse(time.DateOnly, unquoted(string(v)))
			return err == nil
		}}
	case f.Type == resource.DateTime:
		return member{"date-time", isTime}
	case f.Type == resource.Enums:
		return member{"list", isKind('[')}
	}
	return member{"string", isKind('"')}
}

func isKind(k jsontext.Kind) func(jsontext.Value) bool {
	return func(v jsontext.Value) bool { return v.Kind() == k }
}

func isTime(v jsontext.Value) bool {
	_, err := time.Parse(time.RFC3339Nano, unquoted(string(v)))
	return v.Kind() == '"' && err == nil
}
