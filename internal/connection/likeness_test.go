package connection_test

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestCredentialsOfAnotherUserOfTheAccountReplaceTheOldOnesWithAWarning(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Sight = "a user sees its own yard"
	s.tsp.recognize = func(mine, other tsp.Credentials) (bool, error) {
		if mine.Get("token") == "good-mute" {
			return false, &tsp.Error{Class: tsp.Unsupported, Message: "good-mute tells nothing"}
		}
		return strings.HasPrefix(mine.Get("token"), other.Get("token")), nil
	}
	id := s.create(good).ID
	for _, c := range []struct {
		body, says string
		user       connection.Likeness
	}{
		{`{"credentials":{"token":"good-token-2"}}`, "", connection.SameUser},
		{`{"credentials":{"token":"good-eve"}}`, "are those of another user than the ones before", connection.OtherUser},
		{`{"credentials":{"token":"good-mute"}}`, "may be those of another user than the ones before", connection.AnyUser},
		{`{"description":"x"}`, "", ""},
		{`{"settings":{}}`, "", ""},
	} {
		changed := s.update(id, c.body)
		if changed.User != c.user {
			t.Errorf("%s: the user is %q", c.body, changed.User)
		}
		text := wire(t, changed)
		if c.says == "" {
			if len(changed.Warnings) > 0 || strings.Contains(text, "warnings") {
				t.Errorf("%s: %s", c.body, text)
			}
			continue
		}
		if len(changed.Warnings) != 1 || changed.Warnings[0].Path != "credentials" || !strings.Contains(changed.Warnings[0].Message, c.says) ||
			!strings.Contains(changed.Warnings[0].Message, "a user sees its own yard") || strings.Contains(text, "good-") {
			t.Errorf("%s: %s", c.body, text)
		}
	}
	if got := s.secret(id).Get("token"); got != "good-mute" {
		t.Error("a warning has kept the credentials from being replaced")
	}
}

func TestOfCredentialsThatCannotBeReadIsNotSaidWhoseTheyWere(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	s.tsp.spec.Sight = "a user sees its own yard"
	s.tsp.recognize = func(_, other tsp.Credentials) (bool, error) { return other.Get("token") != "", nil }
	id := s.create(good).ID
	c := s.stored(id)
	change := connection.Change{From: c, To: c, Reseal: true}
	change.To.Sealed, change.To.UpdatedAt, change.To.Version = []byte("nothing that opens"), c.UpdatedAt.Add(1000), c.Version+1
	if err := s.db.ChangeConnection(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	if changed := s.update(id, `{"credentials":{"token":"good-2"}}`); changed.User != connection.AnyUser || len(changed.Warnings) != 1 {
		t.Errorf("%s", wire(t, changed))
	}
}
