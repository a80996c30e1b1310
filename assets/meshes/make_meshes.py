"""Writes the OBJ files beside it: what the program draws at flow lines, saved places and camera paths."""

import math
import os

HERE = os.path.dirname(os.path.abspath(__file__))


def write(name, about, positions, faces):
    with open(os.path.join(HERE, name + ".obj"), "w", encoding="ascii") as file:
        file.write(f"# {about}\n")
        for position in positions:
            file.write("v " + " ".join(f"{x:.5g}" for x in position) + "\n")
        for face in faces:
            file.write("f " + " ".join(str(i + 1) for i in face) + "\n")


def revolved(profile, sides=12):
    """A profile of (radius, height) from the lower to the upper pole, turned around y; radius 0 at both."""
    positions = [(0.0, profile[0][1], 0.0)]
    faces = []
    rings = []
    for radius, height in profile[1:-1]:
        rings.append(len(positions))
        for s in range(sides):
            angle = 2.0 * math.pi * s / sides
            positions.append((radius * math.cos(angle), height, radius * math.sin(angle)))
    top = len(positions)
    positions.append((0.0, profile[-1][1], 0.0))
    for s in range(sides):
        t = (s + 1) % sides
        faces.append((0, rings[0] + s, rings[0] + t))
        for low, high in zip(rings, rings[1:]):
            faces.append((low + s, high + s, high + t, low + t))
        faces.append((rings[-1] + s, top, rings[-1] + t))
    return positions, faces


def arc(radius, centre, first_deg, last_deg, steps):
    """Points of a circle in the profile's plane, by their angle from the lower pole."""
    points = []
    for k in range(steps + 1):
        angle = math.radians(first_deg + (last_deg - first_deg) * k / steps)
        points.append((radius * math.sin(angle), centre - radius * math.cos(angle)))
    return points


def turned_to_x(positions):
    """The axis y becomes x."""
    return [(y, -x, z) for x, y, z in positions]


def main():
    positions, faces = revolved([(0.0, -0.5)] + arc(0.5, 0.0, 30, 150, 4) + [(0.0, 0.5)])
    write("bead", "A ball of diameter 1 around the origin.", positions, faces)

    positions, faces = revolved([(0.0, -1.0), (0.36, -1.0), (0.36, -1.0), (0.0, 0.0)])
    positions = positions[:1] + positions[1:13] + positions[25:]
    faces = [(0, 1 + s, 1 + (s + 1) % 12) for s in range(12)] + [(1 + s, 13, 1 + (s + 1) % 12) for s in range(12)]
    write("arrow_head", "A cone of length 1 along +x, its tip in the origin.", turned_to_x(positions), faces)

    profile = [(0.0, 0.0), (0.05, 0.22), (0.09, 0.45)] + arc(0.24, 0.76, 50, 160, 5) + [(0.0, 1.0)]
    positions, faces = revolved(profile)
    write("pin", "A pin of height 1 that stands with its tip in the origin.", positions, faces)

    back, front = 0.62, -0.05
    body = [(x, y, z) for z in (front, back) for y in (-0.28, 0.28) for x in (-0.4, 0.4)]
    box = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    near, far = 0.12, 0.34
    hood = [(sx * w, sy * w * 0.75, z) for z, w in ((front, near), (-0.42, far)) for sy in (-1, 1) for sx in (-1, 1)]
    sides = [(8, 12, 13, 9), (10, 11, 15, 14), (8, 10, 14, 12), (9, 13, 15, 11)]
    write("camera", "A film camera around the origin that looks along -z, 0.8 wide.", body + hood, box + sides)


if __name__ == "__main__":
    main()
