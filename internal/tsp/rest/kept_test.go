package rest_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func TestASessionRemembersWhatItReadForAWhile(t *testing.T) {
	t.Parallel()
	var loads atomic.Int32
	status := 200
	drivers := &rest.Kept[string]{Life: time.Minute, Load: func(ctx context.Context, send rest.Send) (string, error) {
		a, err := send(ctx, rest.Call{Method: "GET", Path: "/drivers"})
		return string(a.Body), err
	}}
	config := testland()
	now := noon()
	config.Now = func() time.Time { return now }
	config.Writes[0].Encode = nil
	config.Writes[0].Compose = func(ctx context.Context, send rest.Send, _ tsp.Write) (any, error) {
		all, err := drivers.Get(ctx, send)
		return map[string]string{"drivers": all}, err
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/drivers" {
			answer(status, fmt.Sprint("list ", loads.Add(1)))(w, r)
			return
		}
		answer(200, `{"id":"1"}`)(w, r)
	}
	s := serve(t, config, handler)
	write := func(s tsp.Session, want int32) {
		t.Helper()
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if _, err := s.Write(t.Context(), messageWrite()); err != nil && status == 200 {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := loads.Load(); got != want {
			t.Errorf("the list was read %d times, want %d", got, want)
		}
	}
	write(s, 1)
	now = now.Add(59 * time.Second)
	write(s, 1)
	now = now.Add(time.Second)
	write(s, 2)
	write(serve(t, config, handler), 3)
	now, status = now.Add(time.Hour), 500
	write(s, 8)
	status = 200
	write(s, 9)
}

func TestAWriteThatIsGivenUpDoesNotWaitForWhatAnotherReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		never := &rest.Kept[int]{Life: time.Minute, Load: func(ctx context.Context, _ rest.Send) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		}}
		config := testland()
		config.Lists = map[resource.Kind]rest.List{resource.KindUser: func(ctx context.Context, send rest.Send, _ tsp.List) (tsp.Page, error) {
			_, err := never.Get(ctx, send)
			return tsp.Page{}, err
		}}
		s := connect(t, config, "https://nowhere.example", nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		go func() { _, _ = s.List(ctx, tsp.List{Kind: resource.KindUser, Pace: &pacer{}}) }()
		synctest.Wait()
		brief, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		began := time.Now()
		_, err := s.List(brief, tsp.List{Kind: resource.KindUser, Pace: &pacer{}})
		wantClass(t, err, tsp.Unavailable)
		if diff := cmp.Diff(time.Second, time.Since(began)); diff != "" {
			t.Error(diff)
		}
		cancel()
	})
}
