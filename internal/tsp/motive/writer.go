package motive

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// Motive lists what one user has sent, so that each user takes a call of its own: a page of messages asks for
// the first number of them, and an import for the second, those whose last turn is the longest ago, and for all
// who had none in this session. Imports that come every few minutes then leave most of the budget to writes, and
// whoever has to wait is asked long before the day is over that every import asks for again.
const (
	writersOnPage = 10
	writersAtOnce = 50
)

// writers remembers the turns in which a session asked users for messages.
type writers struct {
	mu    sync.Mutex
	turns int
	asked map[int64]int
}

// writersLife is how long a session remembers them.
const writersLife = 30 * 24 * time.Hour

func keptWriters() *rest.Kept[*writers] {
	return &rest.Kept[*writers]{Life: writersLife, Load: func(context.Context, rest.Send) (*writers, error) {
		return &writers{asked: map[int64]int{}}, nil
	}}
}

// due are the users whom an import asks for, of all that there are.
func (w *writers) due(all []int64) []int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	slices.SortStableFunc(all, func(a, b int64) int { return cmp.Compare(w.asked[a], w.asked[b]) })
	for i, id := range all {
		if i >= writersAtOnce && w.asked[id] > 0 {
			return all[:i]
		}
	}
	return all
}

func (w *writers) ask(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turns++
	w.asked[id] = w.turns
}

// listMessages lists what users have sent since a time. Its cursor is the users who are left. Whoever was
// deactivated is left out.
func listMessages(k class, kept *rest.Kept[*writers]) rest.List {
	return func(ctx context.Context, send rest.Send, ask tsp.List) (tsp.Page, error) {
		w, err := kept.Get(ctx, send)
		if err != nil {
			return tsp.Page{}, err
		}
		left, err := usersIn(ask.Cursor)
		if err == nil && ask.Cursor == "" {
			if left, err = readWriters(ctx, send); err == nil {
				left = w.due(left)
			}
		}
		if err != nil {
			return tsp.Page{}, err
		}
		page := tsp.Page{}
		n := min(len(left), writersOnPage)
		for _, id := range left[:n] {
			records, err := k.letters(ctx, send, id, ask.Since)
			if err != nil {
				return tsp.Page{}, err
			}
			w.ask(id)
			page.Records = append(page.Records, records...)
		}
		page.Next = cursorOf(left[n:])
		return page, nil
	}
}

// readWriters are the users who may have written.
func readWriters(ctx context.Context, send rest.Send) ([]int64, error) {
	var all []int64
	err := pages(ctx, send, rest.Call{Path: usersPath}, func(page struct {
		Users []struct {
			User struct {
				ID     int64  `json:"id"`
				Status string `json:"status"`
			} `json:"user"`
		} `json:"users"`
	}) int {
		for _, one := range page.Users {
			if one.User.Status != statusDeactivated && !slices.Contains(all, one.User.ID) {
				all = append(all, one.User.ID)
			}
		}
		return len(page.Users)
	})
	return all, err
}

func cursorOf(users []int64) string {
	var texts []string
	for _, id := range users {
		texts = append(texts, strconv.FormatInt(id, 10))
	}
	return strings.Join(texts, ",")
}

func usersIn(cursor string) ([]int64, error) {
	if cursor == "" {
		return nil, nil
	}
	var users []int64
	for text := range strings.SplitSeq(cursor, ",") {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, &tsp.Error{Class: tsp.Rejected, Message: fmt.Sprintf("%q is no cursor of this list", cursor)}
		}
		users = append(users, id)
	}
	return users, nil
}
