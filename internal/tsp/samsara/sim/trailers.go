package sim

import "github.com/waybill-dev/waybill/internal/tsp/simkit"

const classTrailer = "trailer"

var (
	trailerFilters  = []string{"limit", "after", "tagIds"}
	trailerRequired = []string{"name"}
)

// trailerShape is the body of POST /fleet/trailers: no VIN, make, model or year.
func trailerShape() simkit.Shape {
	return simkit.Shape{
		"name": simkit.String(1, 0), "licensePlate": simkit.String(0, 12), "notes": simkit.String(0, 255),
		"trailerSerialNumber": simkit.String(0, 0), "enabledForMobile": simkit.Bool,
		"externalIds": externalIDs, "tagIds": tagIDs(), "attributes": attributeShape(),
	}
}

// trailerPatchShape is the body of PATCH /fleet/trailers/{id}.
func trailerPatchShape() simkit.Shape {
	return trailerShape().With(simkit.Shape{"odometerMeters": count})
}

func postTrailer(tx *simkit.Tx, c *simkit.Call) (any, error) {
	body := renamed(c.Body, "trailerSerialNumber", "serialNumber")
	body["type"] = classTrailer
	i, err := createAsset(tx, body)
	if err != nil {
		return nil, err
	}
	return data(showTrailer(tx, i)), nil
}

func patchTrailer(tx *simkit.Tx, c *simkit.Call) (any, error) {
	i, err := lookUpAsset(tx, classTrailer, c.ID())
	if err != nil {
		return nil, err
	}
	after, err := changeAsset(tx, i, renamed(c.Body, "trailerSerialNumber", "serialNumber"), c.Body)
	if err != nil {
		return nil, err
	}
	return data(showTrailer(tx, after)), nil
}

// showTrailer is an asset as /fleet/trailers shows it.
func showTrailer(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := showListedTrailer(tx, i)
	copyMembers(o, i.Object, "attributes")
	return o
}

// showListedTrailer leaves out the attributes, as the document says of the list.
func showListedTrailer(tx *simkit.Tx, i *simkit.Item) simkit.Object {
	o := simkit.Object{}
	copyMembers(o, i.Object, "name", "licensePlate", "notes", "enabledForMobile")
	if serial := simkit.Text(i.Object, "serialNumber"); serial != "" {
		o["trailerSerialNumber"] = serial
	}
	showShared(tx, o, i)
	return o
}
