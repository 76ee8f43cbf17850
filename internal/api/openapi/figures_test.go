package openapi_test

import "fmt"

// figures tell how much a comparison has looked at.
type figures struct {
	routes, parameters, answers, fields, values int
}

func (f figures) String() string {
	return fmt.Sprintf("%d routes with %d parameters, %d answers, %d fields and %d enum values",
		f.routes, f.parameters, f.answers, f.fields, f.values)
}

// count adds what is compared of one operation. A schema that several answers share counts in each.
func (f *figures) count(shape object) {
	f.routes++
	f.parameters += len(shape["parameters"].(object))
	f.answers += len(shape["responses"].(object))
	f.within(shape)
}

func (f *figures) within(value any) {
	switch value := value.(type) {
	case object:
		for name, member := range value {
			of, _ := member.(object)
			switch name {
			case "properties":
				f.fields += len(of)
				for _, property := range of {
					f.within(property)
				}
				continue
			case "enum":
				f.values += len(of)
			}
			f.within(member)
		}
	case []any:
		for _, item := range value {
			f.within(item)
		}
	}
}
