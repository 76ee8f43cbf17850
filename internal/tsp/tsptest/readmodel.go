package tsptest

import (
	"math/big"
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

// readModel lists the members of a kind's unified read model that an adapter may fill in: not those that hold our ids,
// which Waybill fills in by a record's names.
func readModel(kind resource.Kind) map[string]member {
	all := map[string]member{}
	for names, m := range beyond(kind) {
		for name := range strings.FieldsSeq(names) {
			all[name] = m
		}
	}
	for _, verb := range []resource.Verb{resource.Create, resource.Update} {
		schema, err := resource.For(kind, verb)
		if err != nil {
			continue
		}
		for i := range schema.Fields {
			f := &schema.Fields[i]
			if _, known := all[f.Name]; !known && f.Ref == nil && f.Name != "connection_id" {
				all[f.Name] = memberOf(f)
			}
		}
	}
	for _, name := range writtenOnly(kind) {
		delete(all, name)
	}
	return all
}

// beyond are the members of read models that cannot be written, or have another form there.
func beyond(kind resource.Kind) map[string]member {
	text, number, object := member{"string", isKind('"')}, member{"number", isKind('0')}, member{"object", isKind('{')}
	at, flag := member{"date-time", isTime}, member{"boolean", isFlag}
	switch kind {
	case resource.KindMessage, resource.KindGroupMessage:
		return map[string]member{"status": {"status of a message", isOneOf("read", "sent", "delivered", "pending")},
			"delivered_at read_at": at, "sent_by_driver": flag, "sender_name recipient_name source_thread_id source_group_id": text}
	case resource.KindDvirLog:
		return map[string]member{"log_type authority_name authority_address version": text, "location": object,
			"duration_seconds odometer_km odometer engine_hours": number}
	case resource.KindFuelTransaction:
		return map[string]member{"location inferred_address": object, "total_cost": {"decimal in a string", isDecimal}}
	}
	return map[string]member{
		"started_at ended_at last_tsp_login": at,
		"authority_name authority_address company_name company_address speed_unit odometer_unit fuel_unit fuel_capacity engine_type": text,
		"vehicle_groups trailer_groups company_groups private_user_groups report_groups security_groups extras":                      object,
	}
}

// writtenOnly are fields that no read model has under their names.
func writtenOnly(kind resource.Kind) []string {
	switch kind {
	case resource.KindMessage, resource.KindGroupMessage:
		return []string{"priority"}
	case resource.KindDvirLog:
		return []string{"occurred_at", "odometer_unit"}
	case resource.KindFuelTransaction:
		return []string{"latitude", "longitude", "location_string", "odometer_unit", "transaction_time", "transaction_jurisdiction", "fuel_volume_unit"}
	}
	return []string{"hos_compliance_type", "hos_tracking_method"}
}

// memberOf is the form of a field that can be written too. Enums that are free texts when read
// are the statuses and the engine type.
func memberOf(f *resource.Field) member {
	switch {
	case f.Type == resource.Enum && f.Name != "status":
		return member{"value of its enum", isOneOf(f.Values...)}
	case f.Type == resource.Integer:
		return member{"integer", func(v jsontext.Value) bool {
			return v.Kind() == '0' && !strings.ContainsAny(string(v), ".eE")
		}}
	case f.Type == resource.Decimal || f.Type == resource.Money:
		return member{"number", isKind('0')}
	case f.Type == resource.Boolean:
		return member{"boolean", isFlag}
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

func isFlag(v jsontext.Value) bool { return v.Kind() == 't' || v.Kind() == 'f' }

func isOneOf(values ...string) func(jsontext.Value) bool {
	return func(v jsontext.Value) bool { return v.Kind() == '"' && slices.Contains(values, unquoted(string(v))) }
}

func isDecimal(v jsontext.Value) bool {
	_, ok := new(big.Rat).SetString(unquoted(string(v)))
	return v.Kind() == '"' && ok && !strings.ContainsAny(string(v), "/eE")
}

func isTime(v jsontext.Value) bool {
	_, err := time.Parse(time.RFC3339Nano, unquoted(string(v)))
	return v.Kind() == '"' && err == nil
}
