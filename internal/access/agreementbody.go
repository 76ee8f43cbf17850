package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// Create makes the agreement that a body asks for, with a token of the fleet that grants it:
// {partner_id, fleet_ref, scopes, effective_date, expiration_date}; partner_id and scopes are
// required, and it begins at once unless effective_date says otherwise. A kind that scopes leaves
// out is not granted. fleet_ref proposes by which reference the partner may know the fleet; it is
// dropped where the partner knows another one by it.
func (s *Service) Create(ctx context.Context, who Principal, raw []byte) (Grant, error) {
	if !who.IsFleet() {
		return Grant{}, onlyFleet("made")
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Grant{}, fmt.Errorf("making a grant id: %w", err)
	}
	now := s.clock()
	g := Grant{ID: id, Fleet: who.Fleet.ID, Status: GrantActive, Effective: now, CreatedAt: now, UpdatedAt: now}
	b := resource.Read(raw, agreement())
	g.Partner, g.FleetRef, g.Levels = b.ID("partner_id").Or(uuid.Nil), b.Text("fleet_ref").Or(""), levels(b)
	readDates(b, &g, now)
	if wrong := b.Problems(); len(wrong) > 0 {
		return g, problem.InvalidBody(wrong...)
	}
	// The store would refuse an unknown one by its foreign key, without a word for the caller.
	if _, err := s.store.Partner(ctx, g.Partner); errors.Is(err, ErrNotFound) {
		b.Refuse("partner_id", resource.CodeReference, "is no partner here; ask the partner for its id")
		return g, problem.InvalidBody(b.Problems()...)
	} else if err != nil {
		return g, fmt.Errorf("looking up a partner: %w", err)
	}
	g = g.At(now)
	err = s.store.InsertAgreement(ctx, g)
	if errors.Is(err, ErrRefTaken) {
		// The fleet must not learn by which names the partner knows others.
		g.FleetRef = ""
		err = s.store.InsertAgreement(ctx, g)
	}
	switch {
	case errors.Is(err, ErrExists):
		return g, problem.New(problem.Conflict, "there is a share agreement with this partner already; "+
			"GET /v2/orgs/share-agreements shows it, and cancelling it makes room for a new one")
	case err != nil:
		return g, fmt.Errorf("storing a share agreement: %w", err)
	}
	return g, nil
}

// Update changes the dates of an agreement; what a body leaves out stays as it is. A later
// expiration_date revives an agreement that expired.
func (s *Service) Update(ctx context.Context, who Principal, id uuid.UUID, raw []byte) (Grant, error) {
	g, err := s.Get(ctx, who, id)
	if err != nil {
		return g, err
	}
	if !who.IsFleet() {
		return g, onlyFleet("changed")
	}
	b := resource.Read(raw, agreementDates())
	to := g
	readDates(b, &to, s.now())
	if b.Len() == 0 {
		b.Refuse("", resource.CodeNothing, "there is nothing to update; give effective_date or expiration_date")
	}
	if wrong := b.Problems(); len(wrong) > 0 {
		return g, problem.InvalidBody(wrong...)
	}
	// The body's problems are told first.
	if !slices.Contains([]string{GrantActive, GrantPaused, GrantExpired}, g.Status) {
		return g, problem.New(problem.Conflict, "a share agreement that is %s cannot be changed", g.Status)
	}
	if g.Status == GrantExpired {
		to.Status = GrantActive
	}
	return s.change(ctx, g, to)
}

// maxRef bounds fleet references, in characters.
const maxRef = 500

// agreement describes the body of a new share agreement.
func agreement() resource.Table {
	scopes := resource.Table{Of: "scopes"}
	for _, kind := range resource.Kinds() {
		scopes.Fields = append(scopes.Fields,
			resource.Field{Name: string(kind), Type: resource.Enum, Values: []string{Read, ReadWrite}})
	}
	return resource.Table{Of: "a share agreement", Fields: []resource.Field{
		{Name: "partner_id", Type: resource.UUID, Required: true, Hint: "the partner that is granted access"},
		{Name: "fleet_ref", Type: resource.Text, Nullable: true, Longest: maxRef},
		{Name: "scopes", Type: resource.Nested, Required: true, Table: &scopes, Hint: scopesHint},
		{Name: "effective_date", Type: resource.DateTime, Nullable: true},
		{Name: "expiration_date", Type: resource.DateTime, Nullable: true},
	}}
}

const scopesHint = `grant at least one kind, such as {"vehicle": "read_write"}`

// agreementDates describes the body of an update. Partner, reference and scopes cannot be changed:
// what was agreed on otherwise is another agreement.
func agreementDates() resource.Table {
	return resource.Table{Of: "an update of a share agreement", Fields: []resource.Field{
		{Name: "effective_date", Type: resource.DateTime, Hint: "leave it out to keep the date as it is"},
		{Name: "expiration_date", Type: resource.DateTime, Nullable: true},
	}}
}

// levels reads the share level of each kind; at least one is needed.
func levels(b *resource.Object) map[resource.Kind]string {
	out := map[resource.Kind]string{}
	scopes := b.Object("scopes")
	if scopes == nil {
		return out
	}
	if scopes.Len() == 0 {
		b.Refuse("scopes", resource.CodeMissing, "must not be empty; %s", scopesHint)
	}
	for _, kind := range resource.Kinds() {
		if level, given := scopes.Text(string(kind)).Get(); given {
			out[kind] = level
		}
	}
	return out
}

// readDates reads the bounds of a grant over those that it has.
func readDates(b *resource.Object, g *Grant, now time.Time) {
	begin, isBegin := readDate(b, "effective_date")
	if isBegin {
		g.Effective = begin
	}
	end, isEnd := readDate(b, "expiration_date")
	if isEnd || b.Time("expiration_date").State() == resource.Null {
		g.Expiration = end
	}
	switch {
	// Only a new end is held against the clock; one that has passed may stay as it is.
	case isEnd && !end.After(now):
		b.Refuse("expiration_date", resource.CodeRange,
			"must lie in the future; POST .../cancel ends a share agreement now")
	case !g.Expiration.IsZero() && (isEnd || isBegin) && !g.Expiration.After(g.Effective):
		b.Refuse("expiration_date", resource.CodeRange, "must be after the effective_date, %s",
			g.Effective.UTC().Format(time.RFC3339))
	}
}

// readDate reads a date that was given and is no null. 1970 is where stored times begin: 0 is
// none.
func readDate(b *resource.Object, name string) (time.Time, bool) {
	t, given := b.Time(name).Get()
	if given && t.Year() < 1970 {
		b.Refuse(name, resource.CodeRange, "must not be before 1970")
		return time.Time{}, false
	}
	return t.Truncate(time.Microsecond), given
}
