package tables_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/store/tables"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// asked is a list with filters. bound tells that it grows up to a bound of its own, or to the time that lists have.
type asked struct {
	says  string
	bound bool
	run   func(context.Context) error
}

// ids are those that lists ask for.
type ids struct{ partner, fleet, connection, resource, subscription uuid.UUID }

// lists are all lists that callers may ask for, with each filter and all of their combinations, of so many at most.
func lists(db *tables.DB, of ids, most int) (all []asked) {
	add := func(list string, query any, run func(context.Context) error) {
		q, records := query.(record.Query)
		// Counting ends at record.Counted. What a reference selects is sorted where the order is not that of the time.
		bound := list == "count of records" || records && len(q.References) > 0 && q.Sort != ""
		all = append(all, asked{fmt.Sprintf("%s %+v", list, query), bound, run})
	}
	values := map[string][]any{
		"Status": {"pending", "success", "failed", access.GrantActive, access.GrantExpired, webhook.LogSuccess, webhook.LogFailed},
		"Sort":   {record.ByCreated, record.ByUpdated, record.BySource}, "Resource": {of.resource}, "Connection": {of.connection},
		"Fleet": {of.fleet},
	}
	from, to := time.UnixMicro(1).UTC(), time.UnixMicro(1<<50).UTC()
	ranges := []map[string]any{{}, {"From": from, "To": to}}
	for _, q := range combined(operation.Filter{Partner: of.partner, From: from, To: to}, values, most) {
		add("operations", q, func(ctx context.Context) error { _, err := db.Operations(ctx, q); return err })
	}
	for _, q := range spanned(combined(record.Query{Kind: resource.KindMessage, Fleets: []uuid.UUID{of.fleet}}, values, most), ranges) {
		add("records", q, func(ctx context.Context) error { _, err := db.RecordPage(ctx, q); return err })
		add("count of records", q, func(ctx context.Context) error { _, err := db.CountRecords(ctx, q); return err })
	}
	for _, q := range spanned(combined(webhook.LogQuery{Subscription: of.subscription}, values, most), ranges) {
		add("logs", q, func(ctx context.Context) error { _, err := db.DeliveryLogs(ctx, q); return err })
	}
	for _, q := range spanned(combined(webhook.DeadLetterQuery{Subscription: of.subscription}, values, most), ranges) {
		add("dead letters", q, func(ctx context.Context) error { _, err := db.DeadLetters(ctx, q); return err })
	}
	for _, q := range combined(webhook.SubscriptionQuery{Partner: of.partner}, values, most) {
		add("subscriptions", q, func(ctx context.Context) error { _, err := db.Subscriptions(ctx, q); return err })
	}
	for _, q := range combined(connection.Query{Fleets: []uuid.UUID{of.fleet}}, values, most) {
		add("connections", q, func(ctx context.Context) error { _, err := db.ConnectionPage(ctx, q); return err })
	}
	for _, q := range combined(access.AgreementQuery{Partner: of.partner}, values, most) {
		add("agreements", q, func(ctx context.Context) error { _, _, err := db.Agreements(ctx, q); return err })
	}
	for _, q := range combined(access.FleetQuery{Partner: of.partner}, values, most) {
		add("fleets", q, func(ctx context.Context) error { _, _, err := db.Fleets(ctx, q); return err })
	}
	for _, q := range combined(access.PartnerQuery{}, values, most) {
		add("partners", q, func(ctx context.Context) error { _, _, err := db.Partners(ctx, q); return err })
	}
	for _, q := range combined(record.ExecutionQuery{Connection: of.connection, Kind: resource.KindMessage}, values, most) {
		add("executions", q, func(ctx context.Context) error { _, err := db.ExecutionPage(ctx, q); return err })
	}
	return all
}

// combined are queries with each value of each field that a base leaves zero, and with all combinations of them, of so
// many at most, through each kind of window. Values that are not given are samples of the field's type.
func combined[Q any](base Q, values map[string][]any, most int) (all []Q) {
	byFilters := [][]Q{{base}}
	fields := reflect.TypeFor[Q]()
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		if name == "From" || name == "To" || name == "WithSource" || name == "Window" || !reflect.ValueOf(base).Field(i).IsZero() {
			continue
		}
		given := slices.DeleteFunc(slices.Clone(values[name]), func(v any) bool { return reflect.TypeOf(v) != fields.Field(i).Type })
		if len(given) == 0 {
			given = []any{sample(fields.Field(i).Type)}
		}
		byFilters = append(byFilters, nil)
		for n := len(byFilters) - 2; n >= 0; n-- {
			byFilters[n+1] = append(byFilters[n+1], each(byFilters[n], name, given)...)
		}
	}
	return each(slices.Concat(byFilters[:min(len(byFilters), most+1)]...), "Window", windows())
}

// each are queries with each value of a field.
func each[Q any](all []Q, name string, values []any) (out []Q) {
	for _, q := range all {
		for _, value := range values {
			with := q
			field := reflect.ValueOf(&with).Elem().FieldByName(name)
			field.Set(reflect.ValueOf(value).Convert(field.Type()))
			out = append(out, with)
		}
	}
	return out
}

// spanned are queries over each range of time.
func spanned[Q any](all []Q, ranges []map[string]any) (out []Q) {
	for _, q := range all {
		for _, r := range ranges {
			with := q
			for name, value := range r {
				reflect.ValueOf(&with).Elem().FieldByName(name).Set(reflect.ValueOf(value))
			}
			out = append(out, with)
		}
	}
	return out
}

func windows() []any {
	somewhere := page.Position{At: time.UnixMicro(1_500).UTC(), Seq: 1_500, ID: uuid.Max, Text: "m"}
	return []any{page.Window{Limit: 51}, page.Window{Limit: 51, Place: somewhere}, page.Window{Limit: 51, Place: somewhere, Backwards: true}}
}

// sample is a value of a type by which a list can be narrowed.
func sample(of reflect.Type) any {
	switch of {
	case reflect.TypeFor[uuid.UUID]():
		return uuid.UUID{9}
	case reflect.TypeFor[[]record.Reference]():
		return []record.Reference{{Member: "driver_id", Values: []string{"none"}}}
	}
	switch of.Kind() {
	case reflect.Slice:
		one := reflect.New(of.Elem()).Elem()
		one.Set(reflect.ValueOf(sample(of.Elem())).Convert(of.Elem()))
		return reflect.Append(reflect.MakeSlice(of, 0, 1), one).Interface()
	case reflect.Pointer:
		one := reflect.New(of.Elem())
		one.Elem().Set(reflect.ValueOf(sample(of.Elem())).Convert(of.Elem()))
		return one.Interface()
	case reflect.Bool:
		return true
	case reflect.Struct:
		return time.UnixMicro(1)
	}
	return "none"
}

// A combination of filters is not forgotten where a query gets one more.
func TestQueriesAreCombinedWithAllTheirFilters(t *testing.T) {
	t.Parallel()
	type query struct {
		Kind    string
		Deleted bool
		Fleets  []uuid.UUID
		Window  page.Window
	}
	if n := len(combined(query{}, nil, 9)); n != 2*2*2*3 {
		t.Errorf("%d combinations", n)
	}
	if n := len(combined(query{}, nil, 1)); n != 4*3 {
		t.Errorf("%d with one filter at most", n)
	}
}
