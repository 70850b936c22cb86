"""Pages, forms, partials and exports: HTTP in, HTML or XLSX out.

Views are thin; rules live below.
"""
