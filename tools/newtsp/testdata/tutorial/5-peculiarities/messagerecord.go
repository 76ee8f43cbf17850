package catenasimulator

import "github.com/waybill-dev/waybill/internal/resource"

// notImported says why messages are written and not read.
func notImported() map[resource.Kind]string {
	const why = "its messages are searched by vehicle, and name no driver"
	return map[resource.Kind]string{resource.KindMessage: why, resource.KindGroupMessage: why}
}
