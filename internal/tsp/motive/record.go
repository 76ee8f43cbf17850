package motive

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// decode reads the id of a written record within its envelope.
func (k class) decode(w tsp.Write, a rest.Answer) (tsp.Written, error) {
	id, err := k.id(a)
	switch {
	case err != nil:
		return tsp.Written{}, err
	case w.Verb == resource.Update && id != w.Target:
		return tsp.Written{}, a.Unexpected("Motive answered with another "+k.singular, nil)
	}
	return tsp.Written{SourceID: id, Collection: k.collection}, nil
}

func (k class) id(a rest.Answer) (resource.SourceID, error) {
	body, err := rest.Decode[map[string]jsontext.Value](a)
	if err != nil {
		return "", err
	}
	var made struct {
		ID int64 `json:"id"`
	}
	if json.Unmarshal(body[k.singular], &made) != nil || made.ID == 0 {
		return "", a.Unconfirmed("Motive's answer holds no id of a "+k.singular, nil)
	}
	return resource.SourceID(strconv.FormatInt(made.ID, 10)), nil
}

// findMarked looks a record up by the operation's mark among its external ids.
func (k class) findMarked(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: k.path + "/lookup_by_external_id",
		Query: url.Values{"external_id": {mark(w.Operation)}, "integration_name": {operationMark}}})
	var e *tsp.Error
	if errors.As(err, &e) && e.Class == tsp.Missing {
		return tsp.Written{}, false, nil
	}
	if err != nil {
		return tsp.Written{}, false, err
	}
	id, err := k.id(a)
	if err == nil && !bears(a, k.singular, mark(w.Operation)) {
		err = a.Unconfirmed("Motive answered with a "+k.singular+" of another external id", nil)
	}
	out := tsp.Written{SourceID: id, Collection: k.collection, Status: a.Status, Headers: a.Headers}
	if r, wrong := k.show(ctx, w, a); err == nil && wrong == nil {
		out.Record = &r
	}
	return out, err == nil, err
}

// bears tells whether a record has an external id, as far as it shows any.
func bears(a rest.Answer, envelope, id string) bool {
	body, err := rest.Decode[map[string]jsontext.Value](a)
	var shown struct {
		ExternalIDs []externalID `json:"external_ids"`
	}
	if err != nil || json.Unmarshal(body[envelope], &shown) != nil || len(shown.ExternalIDs) == 0 {
		return true
	}
	return slices.ContainsFunc(shown.ExternalIDs, func(one externalID) bool {
		return one.IntegrationName == operationMark && one.ExternalID == id
	})
}

// check asks which company the credentials belong to.
func check(ctx context.Context, send rest.Send, _ tsp.Settings) (tsp.Account, error) {
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: companiesPath})
	if err != nil {
		return tsp.Account{}, err
	}
	body, err := rest.Decode[struct {
		Companies []struct {
			Company struct {
				ID   int64  `json:"id"`
				Name string `json:"name"`
			} `json:"company"`
		} `json:"companies"`
	}](a)
	if err != nil {
		return tsp.Account{}, err
	}
	if len(body.Companies) == 0 || body.Companies[0].Company.ID == 0 {
		return tsp.Account{}, a.Unexpected("Motive did not tell the company", nil)
	}
	company := body.Companies[0].Company
	return tsp.Account{Key: strconv.FormatInt(company.ID, 10), Name: company.Name}, nil
}
