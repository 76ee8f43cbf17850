package access

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// Create makes the agreement that a body asks for, with a token of the fleet that grants it:
// {partner_id, fleet_ref, scopes, effective_date, expiration_date}; partner_id and scopes are
// required, and it begins at once unless effective_date says otherwise.
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
	b := readBody(raw, "partner_id", "fleet_ref", "scopes", "effective_date", "expiration_date")
	g.Partner, g.FleetRef, g.Levels = b.partner(), b.ref(), b.levels()
	b.dates(&g, now)
	if err := b.err(); err != nil {
		return g, err
	}
	if _, err := s.store.Partner(ctx, g.Partner); errors.Is(err, ErrNotFound) {
		b.refuse("partner_id", g.Partner.String(), "is no partner here; ask the partner for its id", resource.CodeReference)
		return g, b.err()
	} else if err != nil {
		return g, fmt.Errorf("looking up a partner: %w", err)
	}
	g = g.At(now)
	err = s.store.InsertAgreement(ctx, g)
	switch {
	case errors.Is(err, ErrExists):
		return g, problem.New(problem.Conflict, "there is a share agreement with this partner already; GET /v2/orgs/share-agreements shows it, and cancelling it makes room for a new one")
	case errors.Is(err, ErrRefTaken):
		return g, problem.New(problem.Conflict, "the partner knows another fleet as fleet_ref %q; choose another or leave it out", g.FleetRef)
	case err != nil:
		return g, fmt.Errorf("storing a share agreement: %w", err)
	}
	s.changed(g)
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
	b := readBody(raw, "effective_date", "expiration_date")
	to := g
	if raw, given := b.given["effective_date"]; given && raw.Kind() == 'n' {
		b.bad("effective_date", "must not be null; leave it out to keep the date as it is", resource.CodeNull)
	}
	b.dates(&to, s.now())
	if len(b.given) == 0 && len(b.wrong) == 0 {
		b.refuse("", "", "there is nothing to update; give effective_date or expiration_date", resource.CodeNothing)
	}
	if err := b.err(); err != nil {
		return g, err
	}
	if !slices.Contains([]string{GrantActive, GrantPaused, GrantExpired}, g.Status) {
		return g, problem.New(problem.Conflict, "a share agreement that is %s cannot be changed", g.Status)
	}
	if g.Status == GrantExpired {
		to.Status = GrantActive
	}
	return s.change(ctx, g, to)
}

// body reads the members of a request and collects what is wrong with them.
type body struct {
	given map[string]jsontext.Value
	wrong []problem.Detail
}

func readBody(raw []byte, known ...string) *body {
	b := &body{}
	if jsontext.Value(raw).IsValid() && jsontext.Value(raw).Kind() != '{' {
		b.refuse("", resource.Excerpt(string(raw)), "the body must be a JSON object", resource.CodeNotObject)
		return b
	}
	if err := json.Unmarshal(raw, &b.given); err != nil {
		b.refuse("", "", "the body is not valid JSON, or gives a member twice", resource.CodeMalformed)
		return b
	}
	for _, name := range slices.Sorted(maps.Keys(b.given)) {
		if !slices.Contains(known, name) {
			b.refuse(resource.Excerpt(name), resource.Excerpt(string(b.given[name])),
				"is not a member of this body; there are "+strings.Join(known, ", "), resource.CodeUnknown)
		}
	}
	return b
}

func (b *body) refuse(path, input, message, code string) {
	b.wrong = append(b.wrong, problem.Detail{Path: path, Input: input, Message: message, Code: code})
}

func (b *body) bad(name, message, code string) {
	b.refuse(name, resource.Excerpt(strings.Trim(string(b.given[name]), `"`)), message, code)
}

// text reads a string, and whether it is there: absent, null and wrong ones are not.
func (b *body) text(name, message, code string) (string, bool) {
	raw, given := b.given[name]
	if !given || raw.Kind() == 'n' {
		return "", false
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		b.bad(name, message, code)
		return "", false
	}
	return s, true
}

func (b *body) partner() uuid.UUID {
	const name, message = "partner_id", "must be a UUID: the partner that is granted access"
	s, ok := b.text(name, message, resource.CodeUUID)
	id, err := uuid.Parse(s)
	switch {
	case !ok && (b.given[name] == nil || b.given[name].Kind() == 'n') && b.given != nil:
		b.refuse(name, "", "is required: the partner that is granted access", resource.CodeMissing)
	case ok && (err != nil || len(s) != 36):
		b.bad(name, message, resource.CodeUUID)
	}
	return id
}

// maxRef bounds fleet references, in characters.
const maxRef = 500

func (b *body) ref() string {
	s, _ := b.text("fleet_ref", "must be a string: how the partner calls the fleet", resource.CodeString)
	switch {
	case utf8.RuneCountInString(s) > maxRef:
		b.bad("fleet_ref", "must have at most 500 characters", resource.CodeTooLong)
	case strings.ContainsRune(s, 0):
		b.bad("fleet_ref", "must not contain the NUL character", resource.CodeBadText)
	}
	return s
}

// levels reads the share level of each kind; at least one is needed.
func (b *body) levels() map[resource.Kind]string {
	out := map[resource.Kind]string{}
	if b.given == nil {
		return out
	}
	var given map[string]jsontext.Value
	raw, there := b.given["scopes"]
	if there && json.Unmarshal(raw, &given) != nil {
		b.bad("scopes", "must be an object such as {\"vehicle\": \"read_write\"}", resource.CodeNotObject)
		return out
	}
	if len(given) == 0 {
		b.refuse("scopes", resource.Excerpt(string(raw)), "is required and must grant at least one kind, such as {\"vehicle\": \"read_write\"}", resource.CodeMissing)
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		var level string
		err := json.Unmarshal(given[name], &level)
		path := "scopes." + resource.Excerpt(name)
		switch {
		case !slices.Contains(resource.Kinds(), resource.Kind(name)):
			b.refuse(path, resource.Excerpt(string(given[name])), "is no kind that can be granted; there are "+kinds(), resource.CodeUnknown)
		case err != nil || level != Read && level != ReadWrite:
			b.refuse(path, resource.Excerpt(strings.Trim(string(given[name]), `"`)), "must be read or read_write", resource.CodeEnum)
		default:
			out[resource.Kind(name)] = level
		}
	}
	return out
}

func kinds() string {
	var names []string
	for _, k := range resource.Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// dates reads the bounds of a grant over those that it has.
func (b *body) dates(g *Grant, now time.Time) {
	begin, isBegin := b.date("effective_date")
	if isBegin {
		g.Effective = begin
	}
	end, isEnd := b.date("expiration_date")
	if raw, given := b.given["expiration_date"]; isEnd || given && raw.Kind() == 'n' {
		g.Expiration = end
	}
	switch {
	case isEnd && !end.After(now):
		b.bad("expiration_date", "must lie in the future; POST .../cancel ends a share agreement now", resource.CodeRange)
	case !g.Expiration.IsZero() && (isEnd || isBegin) && !g.Expiration.After(g.Effective):
		b.bad("expiration_date", "must be after the effective_date, "+g.Effective.UTC().Format(time.RFC3339), resource.CodeRange)
	}
}

func (b *body) date(name string) (time.Time, bool) {
	const message = "must be a date and time such as 2026-01-15T10:30:00Z"
	s, ok := b.text(name, message, resource.CodeDateTime)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(s))
	if err != nil || t.Year() < 1970 {
		b.bad(name, message, resource.CodeDateTime)
		return time.Time{}, false
	}
	return t.UTC().Truncate(time.Microsecond), true
}

func (b *body) err() error {
	if len(b.wrong) > 0 {
		return problem.InvalidBody(b.wrong...)
	}
	return nil
}
