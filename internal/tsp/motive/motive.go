package motive

import (
	"net/http"
	"net/url"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// New returns the adapter.
func New() tsp.Adapter { return newAt(time.Now) }

func newAt(now func() time.Time) tsp.Adapter {
	return newAdapter(func(check checking) rest.Config { return config(now, check) })
}

func config(now func() time.Time, check checking) rest.Config {
	groups, writers := groups(), keptWriters()
	vehicle := class{path: vehiclesPath, plural: "vehicles", singular: "vehicle", collection: vehicles,
		groups: groups, tell: telling(tellVehicle)}
	asset := class{path: assetsPath, plural: "assets", singular: "asset", collection: assets,
		groups: groups, tell: telling(tellAsset)}
	user := class{path: usersPath, plural: "users", singular: "user", collection: users,
		groups: groups, tell: telling(tellUser)}
	return rest.Config{
		Spec:          spec(),
		Auths:         map[string]rest.Auth{"api_key": keyAuth(), "motive": oauth()},
		URLField:      "url",
		Limits:        limits(),
		Answers:       rest.Answers{Class: errorClass, Message: message, Theirs: rest.RefusesInJSON},
		Check:         check,
		CheckSettings: checkSettings,
		Writes: []rest.Write{
			createVehicle(vehicle), updateVehicle(vehicle), createTrailer(asset), updateTrailer(asset),
			createUser(user), updateUser(user), createMessage(now), createGroupMessage(now), createFuel(fuelClass()),
			createAssociation(now),
		},
		Records: map[resource.Kind]rest.Record{resource.KindVehicle: vehicle.read, resource.KindTrailer: asset.read,
			resource.KindUser: user.read},
		ListsFor: func(s tsp.Settings) map[resource.Kind]rest.List {
			return map[resource.Kind]rest.List{
				resource.KindVehicle:         vehicle.list(s, nil),
				resource.KindTrailer:         asset.list(s, nil),
				resource.KindUser:            user.list(s, nil),
				resource.KindMessage:         listLetters(resource.KindMessage, writers, now),
				resource.KindGroupMessage:    listLetters(resource.KindGroupMessage, writers, now),
				resource.KindDvirLog:         inspectionClass().list(s, sinceDay),
				resource.KindFuelTransaction: fuelClass().list(s, sinceDay),
			}
		},
		Now: now,
	}
}

// oauth is Motive's flow. Most pages and nearly all public clients ask api.gomotive.com for tokens
// (https://developer-docs.gomotive.com/docs/oauth-20, read 2026-11-27); others name gomotive.com or
// keeptruckin.com. In a public client's live test of 2026-07-24 account.gomotive.com answered, so that it is
// asked where the first has no such endpoint. Refresh tokens work once.
func oauth() rest.OAuth {
	return rest.OAuth{TokenURL: "/oauth/token", ElseTokenURL: "https://account.gomotive.com/oauth/token",
		TokenURLField: "token_url", InForm: true,
		Form: func(_ string, c tsp.Credentials) url.Values {
			return url.Values{"redirect_uri": {c.Get("redirect_uri")}}
		}}
}

func createVehicle(k class) rest.Write {
	w := create(k, resource.KindVehicle)
	w.Uses, w.Check, w.Warn = vehicleUses(resource.Create), tsp.Checked(checkVehicle), tsp.Checked(warnVehicle)
	w.Encode = rest.Body(func(v *resource.Vehicle, w tsp.Write) (any, error) { return vehicleFrom(v, w), nil })
	return w
}

func updateVehicle(k class) rest.Write {
	w := change(k, resource.KindVehicle)
	w.Uses, w.Check, w.Warn = vehicleUses(resource.Update), tsp.Checked(checkVehicle), tsp.Checked(warnVehicle)
	w.Compose = withExternalID(vehiclesPath, "vehicle", func(v *resource.Vehicle, w tsp.Write, known []externalID) any {
		b := vehicleFrom(v, w)
		b.ExternalIDs = changedID(v.ExternalID, known, w)
		return b
	})
	return w
}

func createTrailer(k class) rest.Write {
	w := create(k, resource.KindTrailer)
	w.Uses, w.Check = trailerUses(resource.Create), tsp.Checked(checkAsset)
	w.Encode = rest.Body(func(t *resource.Trailer, w tsp.Write) (any, error) { return assetFrom(t, w), nil })
	return w
}

func updateTrailer(k class) rest.Write {
	w := change(k, resource.KindTrailer)
	w.Uses, w.Check = trailerUses(resource.Update), tsp.Checked(checkAsset)
	w.Compose = withExternalID(assetsPath, "asset", func(t *resource.Trailer, w tsp.Write, known []externalID) any {
		b := assetFrom(t, w)
		b.ExternalIDs = changedID(t.ExternalID, known, w)
		return b
	})
	return w
}

func createUser(k class) rest.Write {
	w := create(k, resource.KindUser)
	w.Uses, w.Check, w.Warn = userUses(resource.Create), tsp.Checked(checkUser(resource.Create)), tsp.Checked(warnPassword)
	w.Hides = func(w tsp.Write) []string {
		u, ok := w.Payload.(*resource.User)
		if !ok {
			return nil
		}
		return []string{password(u, w)}
	}
	w.Encode = rest.Body(func(u *resource.User, w tsp.Write) (any, error) { return userFrom(u, w), nil })
	return w
}

func updateUser(k class) rest.Write {
	w := change(k, resource.KindUser)
	w.Uses, w.Check = userUses(resource.Update), tsp.Checked(checkUser(resource.Update))
	w.Encode = rest.Body(func(u *resource.User, w tsp.Write) (any, error) { return userFrom(u, w), nil })
	return w
}

// create is what all records that can be looked up by their mark have in common.
func create(k class, kind resource.Kind) rest.Write {
	return rest.Write{Capability: tsp.Capability{Kind: kind, Verb: resource.Create}, Strength: tsp.VerifyFirst,
		Method: http.MethodPost, Path: k.path, Decode: k.decode, Show: k.show, Find: k.findMarked}
}

// change is what all updates have in common: PUT, which leaves alone what it does not name.
func change(k class, kind resource.Kind) rest.Write {
	return rest.Write{Capability: tsp.Capability{Kind: kind, Verb: resource.Update}, Strength: tsp.NaturalKey,
		Method: http.MethodPut, Path: k.path + "/{target}", Decode: k.decode, Show: k.show}
}
