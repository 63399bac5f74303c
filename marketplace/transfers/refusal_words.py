"""Why a consignment or a slip is refused, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.reasons import declare

declare(
    {
        "transfer:contract_not_active": _l(
            "The contract is not in force, so nothing more leaves under it. What is on the road already still counts."
        ),
        "transfer:month_outside": _l(
            "The contract runs from %(first)s to %(last)s; choose a month in which tonnes were agreed."
        ),
        "transfer:more_than_remains": _l(
            "%(tonnes)s t are more than what remains of this month: %(remains)s t with the contract's tolerance."
            " Both sides can agree to more by an amendment."
        ),
        "transfer:vehicle_missing": _l("Hazardous waste: one vehicle, one manifest. Give the vehicle's plate."),
        "transfer:manifest_missing": _l(
            "This waste is handled as hazardous: give the 14-digit number of its transfer manifest."
        ),
        "transfer:manifest_not_needed": _l("This waste is not hazardous and carries no manifest. Leave it empty."),
        "transfer:manifest_digits": _l(
            "“%(found)s” is not a manifest number: 14 digits, the year first, then province, city and a serial number."
        ),
        "transfer:manifest_year": _l(
            "A manifest's number begins with its year; %(found)s cannot be one in %(year)s."
        ),
        "transfer:manifest_known": _l(
            "Another consignment carries this manifest already. One vehicle, one manifest: check the number."
        ),
        "transfer:cannot_become:loaded": _l("Only a planned consignment can be weighed out."),
        "transfer:cannot_become:received": _l(
            "Only a consignment that has been weighed out and is under way can be weighed in."
        ),
        "transfer:cannot_become:accepted": _l("Only a consignment that has been weighed in can be accepted."),
        "transfer:cannot_become:disputed": _l("Only a consignment that waits for acceptance can be disputed."),
        "transfer:cannot_become:rejected": _l("Only a consignment that has been weighed in can be rejected."),
        "transfer:cannot_become:cancelled": _l("Only a consignment that has not left can be cancelled."),
        "transfer:not_your_gate:out": _l("The out-weight is recorded by the producer, at its own gate."),
        "transfer:not_your_gate:in": _l("The in-weight is recorded by the receiver, at its own gate."),
        "transfer:taker_decides": _l("Only the receiver confirms, doubts or rejects what it has received."),
        "transfer:disputed": _l("This consignment is disputed. Both sides settle it by agreeing on tonnes."),
        "transfer:changed": _l("This was changed since you saw it. Please look at it again below."),
        "transfer:reason_missing": _l("Say why: the other side reads it, and it stays in the record."),
        "transfer:not_correctable": _l("The consignment is not at a point where this can be entered or corrected."),
        "dispute:not_open": _l("No dispute is open here."),
        "dispute:deadline_passed": _l("The deadline has passed, so the in-weight counts."),
        "dispute:nothing_proposed": _l("Nobody has proposed tonnes yet."),
        "dispute:own_proposal": _l("This is your own proposal; the other side agrees to it, or proposes anew."),
        "dispute:tonnes": _l("Propose more than 0 and at most %(most)s t, the heavier of both weighings."),
        "weighing:below_tare": _l(
            "The gross weight (%(gross)s t) must be more than the tare (%(tare)s t). Were they swapped?"
        ),
        "weighing:future": _l("This time has not come yet. Check the clock of the weighbridge."),
        "weighing:before_out": _l("The vehicle cannot arrive before it was weighed out. Check the time."),
        "weighing:other_vehicle": _l(
            "%(left)s was weighed out with this consignment, and this is %(found)s. Choose this vehicle's consignment."
        ),
        "weighing:manifest_vehicle": _l(
            "The manifest names %(planned)s, and this is %(found)s. One vehicle, one manifest."
        ),
        "weighing:no_vehicle": _l("Give the vehicle's plate."),
        "weighing:already": _l(
            "This consignment was weighed at this gate already, slip %(slip)s. To change it, correct that slip."
        ),
        "slip:conflict": _l(
            "Slip %(slip)s is known with other figures: gross %(gross)s t, tare %(tare)s t, consignment %(code)s."
            " Nothing was changed. If the slip was mistyped, correct it there."
        ),
        "slip:taken": _l("Another weighing of this site carries this slip number. Check the number."),
        "file:empty": _l("The file is empty. Choose it again."),
        "file:too_large": _l("The file has %(size)s MB; at most %(most)s MB are kept. Take a smaller picture."),
        "file:not_picture_or_pdf": _l("Only pictures (JPEG, PNG, WebP, HEIC) and PDF files are kept."),
        "csv:too_large": _l("The file is larger than %(most)s MB. Split it."),
        "csv:not_text": _l("This is no text file. Save it from Excel as CSV UTF-8."),
        "csv:not_csv": _l("This cannot be read as CSV: a quotation mark is open, or a line is broken."),
        "csv:no_lines": _l("There is no line below the names of the columns."),
        "csv:too_many_lines": _l("At most %(most)s lines at once. Split the file."),
        "csv:too_many_cells": _l("The line has more cells than there are columns."),
        "csv:column_missing": _l("This column is missing from the first line."),
        "csv:column_unknown": _l("No column has this name. The template shows the names."),
        "csv:column_twice": _l("This column stands in the first line twice."),
        "csv:no_transfer": _l("No consignment of yours has this code."),
        "reading:unknown_field": _l("No field has this name. docs/api.md lists them."),
        "reading:missing": _l("This is needed."),
        "reading:too_long": _l("At most %(most)s characters."),
        "reading:not_text": _l("There are characters in it that no text holds."),
        "reading:gate": _l("“%(found)s” is no gate. Write out or in."),
        "reading:unit": _l("“%(found)s” is no unit. Write t or kg."),
        "reading:time": _l("“%(found)s” is not a time. Write it like 2027-01-15 08:30."),
        "reading:plate": _l("“%(found)s” is not a number plate."),
        "reading:not_a_number": _l("“%(found)s” is not a number. Write digits only, for example 48.62."),
        "reading:not_above_zero": _l("It must be more than 0; you wrote %(found)s."),
        "reading:too_heavy": _l(
            "%(found)s is more than %(most)s t: no vehicle weighs that much. Are these kilograms?"
        ),
        "reading:too_fine": _l("A weighbridge reads whole kilograms; %(found)s is finer than that."),
    }
)
