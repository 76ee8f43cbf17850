package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestARowThatDoesNotOpenIsToldOnceAndLetsTheNextStartLookAgain(t *testing.T) {
	t.Parallel()
	for name, closed := range map[string]map[string]error{
		"all open":      {},
		"one is closed": {"event 0199-7": errors.New("no data key opens it")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := began(t)
			var told strings.Builder
			a.log = slog.New(slog.NewTextHandler(&told, nil))
			var places []string
			some := func(_ context.Context, after string) (string, int, map[string]error, error) {
				if places = append(places, after); after == "" {
					return "more", 1, closed, nil
				}
				return "", 1, nil, nil
			}
			a.unsealed.parts, a.unsealed.done = append(a.unsealed.parts, some), []byte("on:mark")
			if err := a.sealOld(t.Context()); err != nil || len(places) != 2 {
				t.Errorf("looked at %q: %v", places, err)
			}
			kept, err := a.db.Meta(t.Context(), metaAtRest)
			if err != nil || (string(kept) == "on:mark") != (len(closed) == 0) {
				t.Errorf("it keeps %q that all is sealed: %v", kept, err)
			}
			if n := strings.Count(told.String(), `row="event 0199-7"`); n != len(closed) {
				t.Errorf("told %d times: %s", n, told.String())
			}
		})
	}
}
