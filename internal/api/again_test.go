package api_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// sequels keep the writes that follow from operations as they were asked for, and find none.
type sequels struct {
	api.Remedies
	asked []operation.Request
}

var errNone = errors.New("there is none")

func (s *sequels) Retried(_ context.Context, _, _ uuid.UUID, r operation.Request) (operation.Request, error) {
	s.asked = append(s.asked, r)
	return r, errNone
}

func (s *sequels) Reverted(_ context.Context, _, _ uuid.UUID, r operation.Request) (operation.Request, error) {
	s.asked = append(s.asked, r)
	return r, errNone
}

func TestAWriteThatFollowsFromAnotherIsMadeAsItsCallerWouldHaveIt(t *testing.T) {
	t.Parallel()
	s := &sequels{}
	c := serve(t, nil)
	c.who.SyncEvents = true
	registry, err := tsp.NewRegistry(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Server = api.New(api.Config{Tokens: c, Remedies: s, TSPs: registry, Now: time.Now, MaxAge: time.Hour,
		Log: slog.New(slog.DiscardHandler)})
	path := "POST /v2/integrations/connections/" + uuid.NewString() + "/resource-operations/" + uuid.NewString()
	yes := true
	for query, want := range map[string]operation.Request{
		"/retry?is_sync=true&verify=true":    {Sync: true, Told: true, Verify: &yes},
		"/retry?expires_in=60":               {Told: true, Expires: time.Minute},
		"/retry?overwrite=true":              {Told: true, Overwrite: true},
		"/retry?strict=true&verify=false":    {Told: true, Strict: true, Verify: new(bool)},
		"/revert?is_sync=true&expires_in=60": {Sync: true, Told: true, Expires: time.Minute},
	} {
		s.asked = nil
		if a := c.do(path+query, "", "Content-Type", ""); len(s.asked) != 1 {
			t.Fatalf("%s: %d %s", query, a.Code, a.Body)
		}
		got := s.asked[0]
		if got.Sync != want.Sync || got.Overwrite != want.Overwrite || got.Strict != want.Strict || got.Told != want.Told || got.Expires != want.Expires ||
			(got.Verify == nil) != (want.Verify == nil) || want.Verify != nil && *got.Verify != *want.Verify {
			t.Errorf("%s: %+v", query, got)
		}
	}
}
