"""Writes schemas/china.txt, the area in which Chinese maps shift coordinates.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz   # Natural Earth 1:10m, public domain
    pip install shapely==2.2.0
    python3 ops/china/boundary.py package/countries-10m.json > schemas/china.txt

Mainland China in Natural Earth is a feature of its own, beside Hong Kong, Macau and Taiwan. Its coast is
drawn without ports, bridges and small islands, so the area reaches SEA degrees out to sea, but
not into another feature nor within MARGIN of one. Land borders stay where they are.
"""

import json
import sys

from shapely import simplify
from shapely.geometry import Point, Polygon
from shapely.ops import unary_union

SEA = 0.3  # degrees: Yangshan port is 28 km off the coast
MARGIN = 0.025  # degrees of water that stay with the neighbour
TOLERANCE = 0.001  # degrees, of the simplified line
UNIT = 1000  # steps in a degree in the file

# Islands of Taiwan too small for the data: Lieyu, Wuqiu, Matsu.
ISLANDS = [(24.43, 118.235), (24.99, 119.45), (26.157, 119.95), (26.22, 119.99), (25.96, 119.97), (26.366, 120.49)]
ISLAND_RADIUS = 0.04  # degrees


def read(path):
    """Returns each country's shape by name."""
    with open(path, encoding="utf-8") as file:
        topology = json.load(file)
    scale, translate = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + translate[0], y * scale[1] + translate[1]))
        arcs.append(points)

    def ring(indices):
        points = []
        for i in indices:
            arc = arcs[i] if i >= 0 else arcs[~i][::-1]
            points += arc[1:] if points else arc
        return points

    def shape(geometry):
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings = [[ring(r) for r in polygon] for polygon in polygons]
        return unary_union([Polygon(r[0], [h for h in r[1:] if len(h) > 3]).buffer(0) for r in rings if len(r[0]) > 3])

    countries = topology["objects"]["countries"]["geometries"]
    return {g["properties"]["name"]: shape(g) for g in countries if "arcs" in g}


def area(countries):
    """Returns mainland China with its waters."""
    china = countries.pop("China")
    reach = china.buffer(SEA)
    others = [shape.intersection(reach.buffer(1)) for shape in countries.values() if shape.intersects(reach)]
    islands = [Point(lon, lat).buffer(ISLAND_RADIUS) for lat, lon in ISLANDS]
    waters = reach.difference(unary_union(others).buffer(MARGIN)).difference(unary_union(islands))
    return simplify(unary_union([china, waters]), TOLERANCE)


def main():
    shape = area(read(sys.argv[1]))
    print("# Mainland China and its waters: Natural Earth 1:10m admin 0 (public domain), see ops/china/boundary.py.")
    print("# A ring a line: lon lat of its first point, then steps, all in 1/1000 degree. Even-odd rule.")
    polygons = shape.geoms if shape.geom_type == "MultiPolygon" else [shape]
    for polygon in polygons:
        for ring in [polygon.exterior, *polygon.interiors]:
            x = y = 0
            numbers = []
            for lon, lat in ring.coords[:-1]:
                lon, lat = round(lon * UNIT), round(lat * UNIT)
                if (lon, lat) != (x, y):
                    numbers += [lon - x, lat - y]
                x, y = lon, lat
            if len(numbers) >= 6:
                print(*numbers)


if __name__ == "__main__":
    main()
