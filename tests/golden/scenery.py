"""A picture that can be told apart at a glance: sky and sun, hills, a red house, a tree, a path."""
import math

# Where things stand, in parts of width and height.
SUN, HOUSE, TREE = (0.78, 0.18), (0.34, 0.60), (0.72, 0.62)


def mixed(a, b, part):
    part = min(max(part, 0.0), 1.0)
    return tuple(x + (y - x) * part for x, y in zip(a, b))


def color(x, y):
    ground = 0.66 + 0.05 * math.sin(7.0 * x) + 0.02 * math.sin(23.0 * x + 1.0)
    far = 0.52 + 0.08 * math.sin(5.0 * x + 2.0)
    shade = mixed((96, 158, 224), (214, 228, 240), y / 0.6)
    sun = math.hypot((x - SUN[0]) * 1.33, y - SUN[1])
    shade = mixed((255, 236, 140), shade, (sun - 0.07) / 0.02) if sun < 0.09 else shade
    if y > far:
        shade = mixed((110, 142, 150), (84, 120, 108), (y - far) / 0.2)
    if y > ground:
        shade = mixed((104, 158, 66), (58, 96, 40), (y - ground) / 0.4)
        path = 0.36 + 0.10 * math.sin(6.0 * y)
        if abs(x - path) < 0.02 + 0.10 * (y - ground):
            shade = (196, 172, 130)
    house_x, house_y = x - HOUSE[0], y - HOUSE[1]
    if abs(house_x) < 0.10 and -0.04 < house_y < 0.13:
        shade = (186, 62, 48)
        if abs(abs(house_x) - 0.055) < 0.02 and 0.0 < house_y < 0.05:
            shade = (244, 224, 150)
    if -0.15 < house_y <= -0.04 and abs(house_x) < 0.13 * (house_y + 0.15) / 0.11:
        shade = (92, 54, 48)
    if abs(x - TREE[0]) < 0.014 and TREE[1] < y < 0.82:
        shade = (84, 60, 40)
    crown = math.hypot((x - TREE[0]) * 1.33, y - TREE[1] + 0.04)
    if crown < 0.12 + 0.012 * math.sin(11.0 * math.atan2(y - TREE[1] + 0.04, x - TREE[0])):
        shade = mixed((46, 110, 52), (24, 66, 36), (y - TREE[1] + 0.14) / 0.24)
    grain = 5.0 * math.sin(173.0 * x + 61.0 * y) * math.sin(97.0 * y - 31.0 * x)
    return tuple(int(min(max(channel + grain, 0.0), 255.0)) for channel in shade)


def pixels(width, height):
    """RGB, top row first."""
    return bytes(channel for row in range(height) for column in range(width)
                 for channel in color((column + 0.5) / width, (row + 0.5) / height))
