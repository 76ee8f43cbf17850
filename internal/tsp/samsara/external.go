package samsara

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// operationKey is the key under which the operation that made a record stands among its
// external ids. A pair of key and value is unique over all of an organization's records, so the
// record of an operation without an answer is found by it.
const operationKey = "waybillOperation"

// mark is the operation as an external id: 32 characters, which every place for it takes.
func mark(operation uuid.UUID) string { return hex.EncodeToString(operation[:]) }

// externalKey is the key of our external_id.
func externalKey(s tsp.Settings) string { return s.Text(settingExternalKey) }

// externalIDs are the pairs that a write adds: the caller's id under its key and, for new
// records, the operation. Samsara is taken to merge them with those that are there: neither its
// document nor its SDK 14.7.0 nor https://developers.samsara.com/docs/external-ids says so (2026-11-27).
func externalIDs(w tsp.Write, key string, id resource.Opt[string]) map[string]string {
	ids := map[string]string{}
	if w.Verb == resource.Create {
		ids[operationKey] = mark(w.Operation)
	}
	if v, ok := id.Get(); ok {
		ids[key] = v
	}
	if len(ids) == 0 {
		return nil
	}
	return ids
}

// findMarked looks a new record up by the operation among its external ids. What is found is decoded as the answer to
// the write is.
func findMarked(path string, decode rest.Decoder) rest.Find {
	return func(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
		a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: path + "/" + operationKey + ":" + mark(w.Operation)})
		var e *tsp.Error
		if errors.As(err, &e) && e.Class == tsp.Missing {
			return tsp.Written{}, false, nil
		}
		if err != nil {
			return tsp.Written{}, false, err
		}
		out, err := decode(w, a)
		out.Status, out.Headers = a.Status, a.Headers
		return out, err == nil, err
	}
}

// findAsset looks a new asset up by the operation. The pair is read back, because a filter that
// is ignored would find other assets.
func findAsset(collection string) rest.Find {
	return func(ctx context.Context, send rest.Send, w tsp.Write) (tsp.Written, bool, error) {
		a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: assetsPath, Query: url.Values{
			"externalIds": {operationKey + ":" + mark(w.Operation)}, "includeExternalIds": {"true"}}})
		if err != nil {
			return tsp.Written{}, false, err
		}
		found, err := rest.Decode[struct {
			Data []struct {
				ID          resource.SourceID         `json:"id"`
				ExternalIDs map[string]jsontext.Value `json:"externalIds"`
			} `json:"data"`
		}](a)
		switch {
		case err != nil:
			return tsp.Written{}, false, err
		case found.Data == nil:
			return tsp.Written{}, false, a.Unconfirmed("Samsara's answer holds no list", nil)
		case len(found.Data) == 0:
			return tsp.Written{}, false, nil
		}
		for _, one := range found.Data {
			if string(one.ExternalIDs[operationKey]) == `"`+mark(w.Operation)+`"` && one.ID != "" {
				return tsp.Written{SourceID: one.ID, Collection: collection, Status: a.Status, Headers: a.Headers}, true, nil
			}
		}
		return tsp.Written{}, false, a.Unconfirmed("Samsara did not filter its assets by external id", nil)
	}
}

// decodeRecord reads the id of a written record.
func decodeRecord(collection string) rest.Decoder {
	return func(w tsp.Write, a rest.Answer) (tsp.Written, error) {
		id, err := recordID(a)
		switch {
		case err != nil:
			return tsp.Written{}, err
		case w.Target != "" && id != w.Target:
			return tsp.Written{}, a.Unexpected("Samsara answered with another record", nil)
		}
		return tsp.Written{SourceID: id, Collection: collection}, nil
	}
}
