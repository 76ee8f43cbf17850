package perform

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/connection"
)

// Accounts tells who shares an account. connection.Accounts is it.
type Accounts interface {
	// Alone tells whether no other connection leads to the account of one.
	Alone(ctx context.Context, c connection.Connection) (bool, error)
}

// How long it is taken for true that a connection is alone, how long asking may take, and of how many it is remembered.
const (
	aloneFor  = time.Second
	aloneTime = time.Second
	mostAlone = 20_000
)

// accounts remembers for a moment which connections are alone with their accounts; nil where nothing follows from it.
type accounts struct {
	of  Accounts
	now func() time.Time

	mu    sync.Mutex
	known map[uuid.UUID]alone
}

type alone struct {
	is   bool
	when time.Time
}

// alone tells whether a connection is. One of which it cannot be asked is not, since a share of its limits is never too
// much.
func (a *accounts) alone(c connection.Connection) bool {
	if a == nil || c.Account == "" {
		return false
	}
	now := a.now()
	a.mu.Lock()
	one, ok := a.known[c.ID]
	a.mu.Unlock()
	if ok && now.Sub(one.when) < aloneFor {
		return one.is
	}
	ctx, cancel := context.WithTimeout(context.Background(), aloneTime)
	defer cancel()
	is, err := a.of.Alone(ctx, c)
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.known) >= mostAlone {
		clear(a.known)
	}
	a.known[c.ID] = alone{is && err == nil, now}
	return is && err == nil
}
