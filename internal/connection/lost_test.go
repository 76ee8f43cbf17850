package connection_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// spoil makes the stored credentials of a connection such that they do not open.
func (s *stand) spoil(id uuid.UUID) {
	s.t.Helper()
	if err := s.db.SaveCredentials(s.t.Context(), id, s.stored(id).Version, []byte("spoilt")); err != nil {
		s.t.Fatal(err)
	}
}

// shows tells that the fleet is shown a connection as stale, with the remedy.
func (s *stand) shows(id uuid.UUID, remedy string) {
	s.t.Helper()
	r, err := s.service.Get(s.t.Context(), s.fleet, id)
	if err != nil {
		s.t.Fatal(err)
	}
	if r.Status != connection.Stale || r.Problem == nil || !strings.Contains(*r.Problem, remedy) {
		s.t.Errorf("shown as %+v", r)
	}
}

func TestAConnectionWhoseCredentialsDoNotOpenIsShownAndMendedByNewOnes(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	id := s.create(good).ID
	s.create(good)
	s.spoil(id)
	if n := s.count(); n != 2 {
		t.Errorf("%d are listed", n)
	}
	s.shows(id, "PATCH it with credentials")
	for _, body := range []string{`{"settings":{}}`, `{"status":"active","settings":{}}`} {
		_, err := s.service.Update(t.Context(), s.fleet, id, []byte(body))
		refused(t, body, err, problem.Conflict, "PATCH it with credentials")
	}
	s.update(id, `{"description":"yard"}`)
	s.shows(id, "PATCH it with credentials")
	for range 2 {
		if _, err := s.service.Target(s.stored(id)).Credentials(t.Context()); err == nil {
			t.Fatal("they were opened")
		}
	}
	if c := s.stored(id); c.Status != connection.Stale {
		t.Errorf("in use it is %s", c.Status)
	}
	if n := strings.Count(s.log.String(), "level=ERROR"); n != 1 {
		t.Errorf("%d errors were logged:\n%s", n, s.log)
	}
	if why := s.stored(id).Bars("take writes"); !strings.Contains(why, "PATCH it with credentials") {
		t.Errorf("writes are refused with %q", why)
	}
	_, err := s.service.Update(t.Context(), s.fleet, id, []byte(`{"status":"active"}`))
	refused(t, "active", err, problem.Conflict, "PATCH it with credentials")
	if c := s.update(id, `{"credentials":{"token":"good-new"}}`); c.Status != connection.Active || c.Problem != nil {
		t.Errorf("with new credentials it is %+v", c)
	}
	if s.secret(id).Get("token") != "good-new" {
		t.Error("the new credentials are not stored")
	}
	s.spoil(id)
	if err := s.service.Delete(t.Context(), s.fleet, id); err != nil {
		t.Errorf("deleting: %v", err)
	}
}

func TestSecretSettingsThatWereLostWithTheCredentialsAreAskedForAgain(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Settings = []tsp.Setting{{Key: "pin", Type: tsp.TextSetting, Secret: true},
		{Key: "unit", Type: tsp.IntegerSetting}}
	const remedy = "PATCH it with credentials and settings, these with pin, and"
	id := s.create(good + `,"settings":{"pin":"hush-pin","unit":3}`).ID
	s.spoil(id)
	s.shows(id, remedy)
	for _, body := range []string{`{"credentials":{"token":"good-new"}}`, `{"settings":{"pin":"hush-new"}}`} {
		_, err := s.service.Update(t.Context(), s.fleet, id, []byte(body))
		refused(t, body, err, problem.Conflict, remedy)
	}
	_, err := s.service.Update(t.Context(), s.fleet, id, []byte(`{"credentials":{"token":"good-new"},"settings":{"unit":4}}`))
	refused(t, "settings without it", err, problem.Invalid, "")
	s.shows(id, remedy)
	c := s.update(id, `{"credentials":{"token":"good-new"},"settings":{"pin":"hush-new"}}`)
	if c.Status != connection.Active || c.Problem != nil || s.secret(id).Secrets["pin"] != "hush-new" {
		t.Errorf("with both it is %+v", c)
	}
	s.spoil(id)
	c = s.update(id, `{"credentials":{"token":"good-new"},"settings":{"pin":null}}`)
	if c.Status != connection.Active || string(c.Settings) != `{"unit":3}` {
		t.Errorf("without the setting it is %+v", c)
	}
}

// unread has the settings of each connection damaged that is read.
type unread struct{ *faulty }

func (u unread) Connection(ctx context.Context, id uuid.UUID) (connection.Connection, error) {
	c, err := u.faulty.Connection(ctx, id)
	if c.UpdatedAt.Equal(c.CreatedAt) {
		c.Settings, c.Damaged = nil, errors.New("unexpected end")
	}
	return c, err
}

func TestAConnectionWhoseSettingsCannotBeReadIsShownAndMendedByNewOnes(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Settings = []tsp.Setting{{Key: "pin", Type: tsp.TextSetting, Secret: true}}
	id := s.create(good + `,"settings":{"pin":"hush-pin"}`).ID
	s.service.Store = unread{s.store}
	s.shows(id, "PATCH it with settings")
	_, err := s.service.Update(t.Context(), s.fleet, id, []byte(`{"credentials":{"token":"good-new"}}`))
	refused(t, "credentials", err, problem.Conflict, "PATCH it with settings")
	if c := s.update(id, `{"settings":{}}`); c.Status != connection.Active || c.Problem != nil {
		t.Errorf("with new settings it is %+v", c)
	}
	if pin := s.secret(id).Secrets["pin"]; pin != "hush-pin" {
		t.Errorf("the secret setting, which was sealed apart, is %q", pin)
	}
}
