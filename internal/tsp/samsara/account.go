package samsara

import (
	"context"
	"net/http"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const mePath = "/me"

// check asks which organization the token belongs to. An organization's id never changes.
func check(ctx context.Context, send rest.Send, _ tsp.Settings) (tsp.Account, error) {
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: mePath})
	if err != nil {
		return tsp.Account{}, err
	}
	me, err := rest.Decode[struct {
		Data struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"data"`
	}](a)
	if err != nil {
		return tsp.Account{}, err
	}
	if me.Data.ID == "" {
		return tsp.Account{}, a.Unexpected("Samsara did not tell the id of the organization", nil)
	}
	return tsp.Account{Key: me.Data.ID, Name: me.Data.Name}, nil
}
