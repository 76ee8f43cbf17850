package access

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
)

// agreements is a directory that holds one grant.
type agreements struct {
	Directory
	grant Grant
	fails error
}

func (a *agreements) Agreement(_ context.Context, id uuid.UUID) (Grant, error) {
	if id != a.grant.ID {
		return Grant{}, ErrNotFound
	}
	return a.grant, nil
}

func (a *agreements) ChangeAgreement(_ context.Context, from, to Grant) error {
	if a.fails == nil && from.UpdatedAt.Equal(a.grant.UpdatedAt) {
		a.grant = to
	}
	return a.fails
}

var (
	theFleet   = Principal{Fleet: rivers}
	thePartner = Principal{Partner: acme}
	noon       = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
)

func TestWhoMayMoveAnAgreementWhere(t *testing.T) {
	t.Parallel()
	all := []string{GrantActive, GrantPaused, GrantExpired, GrantCancelled}
	allowed := map[Move]map[string]string{
		Pause:    {GrantActive: GrantPaused},
		Activate: {GrantPaused: GrantActive},
		Cancel:   {GrantActive: GrantCancelled, GrantPaused: GrantCancelled, GrantExpired: GrantCancelled},
		Delete: {GrantActive: GrantDeleted, GrantPaused: GrantDeleted, GrantExpired: GrantDeleted,
			GrantCancelled: GrantDeleted},
	}
	for move, to := range allowed {
		for _, from := range all {
			for _, who := range []Principal{theFleet, thePartner} {
				store := &agreements{grant: Grant{ID: uuid.UUID{7}, Partner: acme.ID, Fleet: rivers.ID, Status: from,
					UpdatedAt: noon}}
				told := 0
				s := NewService(Config{Store: store, Now: func() time.Time { return noon }, Changed: func(Grant) { told++ }})
				got, err := s.Move(t.Context(), who, uuid.UUID{7}, move)
				want, may := to[from]
				if !who.IsFleet() && move != Cancel {
					may = false
				}
				if !may {
					if err == nil || store.grant.Status != from || told > 0 {
						t.Errorf("%s of what is %s by %+v: %v, now %s", move, from, who, err, store.grant.Status)
					}
					continue
				}
				if err != nil || got.Status != want || store.grant.Status != want || told != 1 || !got.UpdatedAt.After(noon) {
					t.Errorf("%s of what is %s: %s, told %d times, at %v: %v", move, from, got.Status, told, got.UpdatedAt, err)
				}
			}
		}
	}
}

func TestAnAgreementIsItsPartiesAlone(t *testing.T) {
	t.Parallel()
	grant := Grant{ID: uuid.UUID{7}, Partner: acme.ID, Fleet: rivers.ID, Status: GrantActive}
	for _, c := range []struct {
		name   string
		who    Principal
		id     uuid.UUID
		status string
		found  bool
	}{
		{"the fleet", theFleet, uuid.UUID{7}, GrantActive, true},
		{"the partner", thePartner, uuid.UUID{7}, GrantCancelled, true},
		{"another fleet", Principal{Fleet: Fleet{ID: uuid.UUID{9}}}, uuid.UUID{7}, GrantActive, false},
		{"another partner", Principal{Partner: Partner{ID: uuid.UUID{9}}}, uuid.UUID{7}, GrantActive, false},
		{"an unknown id", theFleet, uuid.UUID{8}, GrantActive, false},
		{"a deleted one", theFleet, uuid.UUID{7}, GrantDeleted, false},
	} {
		grant.Status = c.status
		_, err := NewService(Config{Store: &agreements{grant: grant}, Now: time.Now}).Get(t.Context(), c.who, c.id)
		if (err == nil) != c.found || err != nil && problem.Of(err).Code != problem.NotFound {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAChangeThatCannotBeMadeSaysWhy(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is away")
	paused := Grant{ID: uuid.UUID{7}, Partner: acme.ID, Fleet: rivers.ID, Status: GrantPaused, UpdatedAt: noon}
	for _, fails := range []error{fence.ErrOvertaken, ErrExists, ErrRefTaken, broken} {
		s := NewService(Config{Store: &agreements{grant: paused, fails: fails}, Now: time.Now,
			Changed: func(Grant) { t.Error("a change that was not made was told") }})
		_, err := s.Move(t.Context(), theFleet, uuid.UUID{7}, Activate)
		if conflict := problem.Of(err).Code == problem.Conflict; err == nil || conflict == errors.Is(err, broken) {
			t.Errorf("%v: %v", fails, err)
		}
	}
	paused.Expiration = noon
	_, err := NewService(Config{Store: &agreements{grant: paused},
		Now: func() time.Time { return noon }}).Move(t.Context(), theFleet, uuid.UUID{7}, Activate)
	if problem.Of(err).Code != problem.Conflict {
		t.Errorf("activating what would be expired: %v", err)
	}
}
