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

	"github.com/waybill-dev/waybill/internal/resource"
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

// lettersLife is how long what was read for one kind is good for the other.
const lettersLife = 10 * time.Minute

// writers remembers the turns in which a session asked users for messages, and what these readings hold for the kind
// that they were not made for: one reading serves both kinds, each once.
type writers struct {
	mu    sync.Mutex
	turns int
	asked map[turn]int
	left  map[turn]letters
}

// turn is a user who was asked for messages of a kind.
type turn struct {
	kind resource.Kind
	user int64
}

// letters are records that were read at a time, of what was sent since another one.
type letters struct {
	records   []tsp.Record
	at, since time.Time
}

// writersLife is how long a session remembers them.
const writersLife = 30 * 24 * time.Hour

func keptWriters() *rest.Kept[*writers] {
	return &rest.Kept[*writers]{Life: writersLife, Load: func(context.Context, rest.Send) (*writers, error) {
		return &writers{asked: map[turn]int{}, left: map[turn]letters{}}, nil
	}}
}

// due are the users whom an import asks for, of all that there are.
func (w *writers) due(kind resource.Kind, all []int64) []int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	asked := func(user int64) int { return w.asked[turn{kind, user}] }
	slices.SortStableFunc(all, func(a, b int64) int { return cmp.Compare(asked(a), asked(b)) })
	for i, id := range all {
		if i >= writersAtOnce && asked(id) > 0 {
			return all[:i]
		}
	}
	return all
}

// took notes the turn of a user.
func (w *writers) took(of turn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turns++
	w.asked[of] = w.turns
}

// take takes out what a reading for the other kind has left, if it is young and reaches back far enough.
func (w *writers) take(of turn, since, now time.Time) ([]tsp.Record, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	left, ok := w.left[of]
	delete(w.left, of)
	return left.records, ok && !left.since.After(since) && now.Before(left.at.Add(lettersLife))
}

// leave keeps what a reading for a kind holds for the other one.
func (w *writers) leave(of turn, read map[resource.Kind][]tsp.Record, since, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for kind := range letterClasses() {
		if kind != of.kind {
			w.left[turn{kind, of.user}] = letters{read[kind], now, since}
		}
	}
}

// listLetters lists what users have sent since a time, of one kind. Its cursor is the users who are left.
func listLetters(kind resource.Kind, kept *rest.Kept[*writers], now func() time.Time) rest.List {
	return func(ctx context.Context, send rest.Send, ask tsp.List) (tsp.Page, error) {
		w, err := kept.Get(ctx, send)
		if err != nil {
			return tsp.Page{}, err
		}
		left, err := usersIn(ask.Cursor)
		if err == nil && ask.Cursor == "" {
			if left, err = readWriters(ctx, send, ask.Since); err == nil {
				left = w.due(kind, left)
			}
		}
		if err != nil {
			return tsp.Page{}, err
		}
		page := tsp.Page{}
		n := min(len(left), writersOnPage)
		for _, id := range left[:n] {
			of := turn{kind, id}
			records, known := w.take(of, ask.Since, now())
			if !known {
				read, err := readLetters(ctx, send, id, ask.Since)
				if err != nil {
					return tsp.Page{}, err
				}
				w.leave(of, read, ask.Since, now())
				records = read[kind]
			}
			w.took(of)
			page.Records = append(page.Records, records...)
		}
		page.Next = cursorOf(left[n:])
		return page, nil
	}
}

// readWriters are the users who may have written since a time: whoever was deactivated before has not.
func readWriters(ctx context.Context, send rest.Send, since time.Time) ([]int64, error) {
	var all []int64
	err := pages(ctx, send, rest.Call{Path: usersPath}, func(page struct {
		Users []struct {
			User struct {
				ID        int64  `json:"id"`
				Status    string `json:"status"`
				UpdatedAt string `json:"updated_at"`
			} `json:"user"`
		} `json:"users"`
	}) int {
		for _, one := range page.Users {
			gone := one.User.Status == statusDeactivated && moment(one.User.UpdatedAt).Before(since)
			if !gone && !slices.Contains(all, one.User.ID) {
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
