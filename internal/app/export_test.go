package app

import (
	"context"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/console"
	"github.com/waybill-dev/waybill/internal/lane"
)

// IssuedBefore returns a token of a client as it was given some time ago.
func (a *App) IssuedBefore(ctx context.Context, client, secret string, ago time.Duration) (string, error) {
	then := func() time.Time { return time.Now().Add(-ago) }
	token, err := access.NewIssuer(a.db, a.signingKeys(a.keys.sealer), then).Issue(ctx, client, secret, "")
	return token.AccessToken, err
}

// AllLanes are the lanes as this process tells of them.
func AllLanes(a *App) *lane.Service { return a.allLanes() }

// LimitsOf are the limits of a connection as this process tells of them.
func LimitsOf(ctx context.Context, a *App, c connection.Connection) ([]console.Limit, error) {
	return budgets{a}.Limits(ctx, c)
}

// Handler answers the API's requests.
func (a *App) Handler() http.Handler { return a.api }

// AdminAddr is where operators find the service.
func (a *App) AdminAddr() string { return a.admin.at }
